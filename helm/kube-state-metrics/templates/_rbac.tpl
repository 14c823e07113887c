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
{{- /* Authentication and authorization of scrapers: TokenReviews and SubjectAccessReviews. */}}
{{- if or .Values.kubeRBACProxy.enabled .Values.authFilter.enabled }}
- apiGroups: [authentication.k8s.io]
  resources: [tokenreviews]
  verbs: [create]
- apiGroups: [authorization.k8s.io]
  resources: [subjectaccessreviews]
  verbs: [create]
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
- apiGroups: [apiextensions.k8s.io]
  resources: [customresourcedefinitions]
  verbs: [list, watch]
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
