{{- /* The arguments of the container, and what they are made from. */ -}}

{{- /* The resources to serve as a JSON list: collectors without collectorsExclude, and collectorsExtra. */ -}}
{{- define "kube-state-metrics.collectors" -}}
{{- $excluded := include "kube-state-metrics.items" .Values.collectorsExclude | fromJsonArray }}
{{- $collectors := list }}
{{- range include "kube-state-metrics.items" .Values.collectors | fromJsonArray }}
{{- if not (has . $excluded) }}
{{- $collectors = append $collectors . }}
{{- end }}
{{- end }}
{{- $extra := include "kube-state-metrics.items" .Values.collectorsExtra | fromJsonArray }}
{{- concat $collectors $extra | uniq | toJson }}
{{- end }}

{{- /* The namespaces to watch as a JSON list; an empty list means all. */ -}}
{{- define "kube-state-metrics.namespaces" -}}
{{- $namespaces := list }}
{{- with .Values.namespaces }}
{{- $namespaces = splitList "," (tpl (join "," .) $) }}
{{- end }}
{{- if .Values.releaseNamespace }}
{{- $namespaces = append $namespaces (include "kube-state-metrics.namespace" .) }}
{{- end }}
{{- uniq $namespaces | toJson }}
{{- end }}

{{- /* The value of --server-side-sharding, empty for its default. */ -}}
{{- define "kube-state-metrics.serverSide" -}}
{{- $value := toString (default false .Values.autosharding.serverSide) }}
{{- if ne $value "false" }}
{{- $value }}
{{- end }}
{{- end }}

{{- /* The packs of custom resources as a JSON list. */ -}}
{{- define "kube-state-metrics.packs" -}}
{{- include "kube-state-metrics.items" .Values.customResourceState.packs | fromJsonArray | uniq | toJson }}
{{- end }}

{{- /* A list or a comma-separated string, as a JSON list without blanks. */ -}}
{{- define "kube-state-metrics.items" -}}
{{- $items := list }}
{{- range splitList "," (join "," .) }}
{{- $items = append $items (trim .) }}
{{- end }}
{{- compact $items | toJson }}
{{- end }}

{{- /* The port of kubestate; with kube-rbac-proxy, which listens on the Service's port, another one. */ -}}
{{- define "kube-state-metrics.port" -}}
{{- if .Values.kubeRBACProxy.enabled }}
{{- .Values.kubeRBACProxy.port }}
{{- else }}
{{- include "kube-state-metrics.servicePort" . }}
{{- end }}
{{- end }}

{{- define "kube-state-metrics.servicePort" -}}
{{- default 8080 .Values.service.port }}
{{- end }}

{{- define "kube-state-metrics.telemetryPort" -}}
{{- default 8081 .Values.selfMonitor.telemetryPort }}
{{- end }}

{{- /* The telemetry port of kubestate behind kube-rbac-proxy. */ -}}
{{- define "kube-state-metrics.hiddenTelemetryPort" -}}
9091
{{- end }}

{{- /* extraArgs come first: the last value of a repeated flag counts, and lists are combined. */ -}}
{{- define "kube-state-metrics.args" -}}
{{- with .Values.extraArgs }}
{{- toYaml . }}
{{- end }}
{{- if .Values.kubeRBACProxy.enabled }}
- --host=127.0.0.1
{{- end }}
- --port={{ include "kube-state-metrics.port" . }}
{{- with include "kube-state-metrics.collectors" . | fromJsonArray }}
- --resources={{ join "," . }}
{{- end }}
{{- with .Values.metricLabelsAllowlist }}
- {{ printf "--metric-labels-allowlist=%s" (join "," .) | quote }}
{{- end }}
{{- with .Values.metricAnnotationsAllowList }}
- {{ printf "--metric-annotations-allowlist=%s" (join "," .) | quote }}
{{- end }}
{{- with .Values.metricAllowlist }}
- {{ printf "--metric-allowlist=%s" (join "," .) | quote }}
{{- end }}
{{- with .Values.metricDenylist }}
- {{ printf "--metric-denylist=%s" (join "," .) | quote }}
{{- end }}
{{- with include "kube-state-metrics.namespaces" . | fromJsonArray }}
- {{ printf "--namespaces=%s" (join "," .) | quote }}
{{- end }}
{{- with .Values.namespacesDenylist }}
- {{ printf "--namespaces-denylist=%s" (tpl (join "," .) $) | quote }}
{{- end }}
{{- with .Values.namespaceSelector }}
- {{ printf "--namespace-selector=%s" . | quote }}
{{- end }}
{{- range $resource, $selector := .Values.objectSelectors }}
- {{ printf "--object-selector=%s:%s" $resource $selector | quote }}
{{- end }}
{{- if .Values.autosharding.enabled }}
- --pod=$(POD_NAME)
- --pod-namespace=$(POD_NAMESPACE)
{{- with include "kube-state-metrics.serverSide" . }}
- --server-side-sharding={{ . }}
{{- end }}
{{- end }}
{{- if include "kube-state-metrics.elects" . }}
- --leader-elect
- --leader-elect-resource-name={{ include "kube-state-metrics.fullname" . }}
{{- end }}
{{- if .Values.kubeconfig.enabled }}
- --kubeconfig=/opt/k8s/.kube/config
{{- end }}
{{- if .Values.kubeRBACProxy.enabled }}
- --telemetry-host=127.0.0.1
- --telemetry-port={{ include "kube-state-metrics.hiddenTelemetryPort" . }}
{{- else }}
{{- with .Values.selfMonitor.telemetryHost }}
- {{ printf "--telemetry-host=%s" . | quote }}
{{- end }}
{{- with .Values.selfMonitor.telemetryPort }}
- --telemetry-port={{ . }}
{{- end }}
{{- end }}
{{- if .Values.customResourceState.enabled }}
- --custom-resource-state-config-file=/etc/customresourcestate/{{ .Values.customResourceState.key }}
{{- end }}
{{- with include "kube-state-metrics.packs" . | fromJsonArray }}
- --custom-resource-pack={{ join "," . }}
{{- end }}
{{- if .Values.authFilter.enabled }}
- --auth-filter
{{- end }}
{{- end }}
