/** Where a thread that searches for nonces begins. */
import { systemThreadPort } from '../../outside/threads/system-thread-port.ts';
import { searchProgram } from './search-program.ts';

searchProgram.run(systemThreadPort());
