#!/usr/bin/env node
import { processIo } from './process-io.ts';
import { runCommand } from './run-command.ts';

// Whatever it writes is for its owner alone, as with Bitcoin Core: LevelDB's files, too, have keys in them.
process.umask(0o077);
// Not process.exit(): what is written to a pipe may still be on its way.
process.exitCode = await runCommand(process.argv.slice(2), processIo());
