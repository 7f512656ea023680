#!/usr/bin/env node
import { processIo } from './process-io.ts';
import { keepSecrets } from './process-secrecy.ts';
import { runCommand } from './run-command.ts';

keepSecrets();
// Not process.exit(): what is written to a pipe may still be on its way.
process.exitCode = await runCommand(process.argv.slice(2), processIo());
