{{- /* RBAC rules of kubestate. */ -}}

{{- /* The namespaces of the Roles; one empty name stands for a ClusterRole. */ -}}
{{- define "kube-state-metrics.roleNamespaces" -}}
{{- $namespaces := list "" }}
{{- if not .Values.rbac.useClusterRole }}
{{- $own := list (include "kube-state-metrics.namespace" .) }}
{{- $namespaces = default $own (include "kube-state-metrics.namespaces" . | fromJsonArray) }}
{{- end }}
{{- toJson $namespaces }}
{{- end }}

{{- define "kube-state-metrics.roleKind" -}}
{{- if .Values.rbac.useClusterRole }}ClusterRole{{ else }}Role{{ end }}
{{- end }}

{{- define "kube-state-metrics.rules" -}}
{{- $collectors := include "kube-state-metrics.collectors" . | fromJsonArray }}
{{- range include "kube-state-metrics.resources" . | fromYamlArray }}
{{- if has .resource $collectors }}
- apiGroups: [{{ .group | quote }}]
  resources: [{{ .resource }}]
  verbs: [list, watch]
{{- end }}
{{- end }}
{{- /* --namespace-selector follows namespaces, whether they are served or not. */}}
{{- $given := include "kube-state-metrics.givenFlags" . | fromJson }}
{{- /* --promote-labels follows what pods and others inherit labels from. */}}
{{- $promoted := get $given "promote-labels" | toString }}
{{- range $source := list "namespaces" "nodes" }}
{{- $follows := regexMatch (printf "%s\\s*=\\s*\\[[^]]*\\]\\s*->" $source) $promoted }}
{{- if and (eq $source "namespaces") (hasKey $given "namespace-selector") }}
{{- $follows = true }}
{{- end }}
{{- if and $follows (not (has $source $collectors)) }}
- apiGroups: [""]
  resources: [{{ $source }}]
  verbs: [list, watch]
{{- end }}
{{- end }}
{{- /* What gives pods their workloads: the owners that Kubernetes' own controllers make. */}}
{{- $workloads := include "kube-state-metrics.workloads" . | fromYaml }}
{{- $follows := regexMatch "workloads\\s*=\\s*\\[[^]]*\\]\\s*->" $promoted }}
{{- range $expression := splitList "," (get $given "metric-opt-in-list" | toString) }}
{{- range $workloads.families }}
{{- if and $expression (regexMatch (trim $expression) .) }}
{{- $follows = true }}
{{- end }}
{{- end }}
{{- end }}
{{- if $follows }}
{{- range include "kube-state-metrics.resources" . | fromYamlArray }}
{{- if and (has .resource $workloads.resources) (not (has .resource $collectors)) }}
- apiGroups: [{{ .group | quote }}]
  resources: [{{ .resource }}]
  verbs: [list, watch]
{{- end }}
{{- end }}
{{- end }}
{{- /* Authentication and authorization of scrapers: TokenReviews and SubjectAccessReviews. */}}
{{- if or .Values.kubeRBACProxy.enabled .Values.authFilter.enabled }}
{{ include "kube-state-metrics.reviewRules" . }}
{{- end }}
{{- $packs := include "kube-state-metrics.packs" . | fromJsonArray }}
{{- range include "kube-state-metrics.packResources" . | fromYamlArray }}
{{- if has .pack $packs }}
- apiGroups: [{{ .group }}]
  resources: [{{ join ", " .resources }}]
  verbs: [list, watch]
{{- end }}
{{- end }}
{{- if and (or .Values.customResourceState.enabled $packs) (.Values.rbac.customResourceState).createClusterRoleRules }}
{{ include "kube-state-metrics.definitionRules" . }}
{{- end }}
{{- with .Values.rbac.extraRules }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- /*
A Role in the namespace of the release, and its binding: `root`, `name`, and `rules` as text.
*/ -}}
{{- define "kube-state-metrics.podRole" -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: {{ .name }}
  namespace: {{ include "kube-state-metrics.namespace" .root | quote }}
  labels:
    {{- include "kube-state-metrics.objectLabels" .root | nindent 4 }}
rules:
  {{- .rules | nindent 2 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: {{ .name }}
  namespace: {{ include "kube-state-metrics.namespace" .root | quote }}
  labels:
    {{- include "kube-state-metrics.objectLabels" .root | nindent 4 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: {{ .name }}
subjects:
  - kind: ServiceAccount
    name: {{ include "kube-state-metrics.serviceAccountName" .root }}
    namespace: {{ include "kube-state-metrics.namespace" .root | quote }}
{{- end }}
