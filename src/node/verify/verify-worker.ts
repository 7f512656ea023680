/** Where a thread that verifies scripts begins. */
import { systemThreadPort } from '../../outside/threads/system-thread-port.ts';
import { verifyProgram } from './verify-program.ts';

verifyProgram.run(systemThreadPort());
