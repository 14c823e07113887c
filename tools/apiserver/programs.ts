// kube-apiserver, etcd and their tools: modules and paths.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildGoModule, type GoModule, goProgram } from '../goModule.ts';

const etcd: GoModule = {
  folder: join(import.meta.dirname, 'etcd'),
  programs: {
    etcd: 'go.etcd.io/etcd/server/v3',
    etcdutl: 'go.etcd.io/etcd/etcdutl/v3',
  },
};

const kubernetesFolder = join(import.meta.dirname, 'kubernetes');

const kubernetes: GoModule = {
  folder: kubernetesFolder,
  programs: {
    'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
    kubectl: 'k8s.io/kubernetes/cmd/kubectl',
  },
  variables: versionVariables(readFileSync(join(kubernetesFolder, 'go.mod'), 'utf8')),
};

/** The path of a program, which exists after `buildPrograms`. */
export function programPath(program: string): string {
  const module = [etcd, kubernetes].find(({ programs }) => program in programs);
  if (module === undefined) throw new Error(`No module in tools/apiserver makes ${program}.`);
  return goProgram(module, program);
}

/** Builds missing programs; throws an error that names what could not be built. */
export function buildPrograms(): void {
  for (const module of [etcd, kubernetes]) buildGoModule(module);
}

/** The linker variables of a Kubernetes release; without them a build has no version. */
function versionVariables(goMod: string): Record<string, string> {
  const [, version, major, minor] = /k8s\.io\/kubernetes (v(\d+)\.(\d+)\S*)/.exec(goMod) ?? [];
  if (version === undefined || major === undefined || minor === undefined) {
    throw new Error('tools/apiserver/kubernetes/go.mod names no version of k8s.io/kubernetes.');
  }
  const variables = { gitVersion: version, gitMajor: major, gitMinor: minor };
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [
      `k8s.io/component-base/version.${name}`,
      value,
    ]),
  );
}
