// The demo as a program of its own, on the ports that kubestate has by default.
import { kubestate, Program } from './program.ts';

/** Starts it with these flags, and waits until it is ready. */
export async function startDemo(...flags: string[]): Promise<Program> {
  const demo = new Program(kubestate, ['demo', ...flags]);
  await demo.answers('http://127.0.0.1:8081/readyz');
  return demo;
}
