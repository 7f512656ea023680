// Writes the reference pages from the tables that the code itself uses.
import { writeFileSync } from 'node:fs';
import { commandsPage } from '../dist/src/cli/commands-page.js';
import { optionsPage } from '../dist/src/node/options/option-help.js';
import { rpcPage } from '../dist/src/node/rpc/rpc-page.js';
import { METHODS } from '../dist/src/service/methods.js';

writeFileSync('docs/commands.md', commandsPage());
writeFileSync('docs/options.md', optionsPage());
writeFileSync('docs/rpc.md', rpcPage(METHODS));
