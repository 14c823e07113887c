// `kubestate version`: what this program is.
import { command } from './command.ts';

export const version = command({
  summary: 'Say which version this is.',
  about: 'Says which version of kubestate this is, and which Node runs it.',
  flags: {},
  run({ print, build }) {
    const { version, node, platform, arch } = build;
    print(`kubestate ${version} (node ${node}, ${platform}/${arch})\n`);
    return Promise.resolve(0);
  },
});
