import { systemThreadPort } from '../src/outside/threads/system-thread-port.ts';
import { bareProgram } from './bare-program.ts';

bareProgram.run(systemThreadPort());
