// The demo as a program of its own, on the ports that kubestate has by default.
import { kubestate, Program } from './program.ts';

/** Starts it with these flags, and waits until it is ready. */
export async function startDemo(...flags: string[]): Promise<Program> {
  const demo = new Program(kubestate, ['demo', ...flags]);
  try {
    await demo.answers('http://127.0.0.1:8081/readyz');
  } catch (error) {
    // Left running it would keep the runner from its end.
    await demo.stop('SIGKILL');
    throw error;
  }
  return demo;
}
