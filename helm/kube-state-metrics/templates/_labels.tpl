{{- /* Labels and selectors. */ -}}

{{- /* What finds the pods. A Deployment cannot change it, so it never says which pod leads. */ -}}
{{- define "kube-state-metrics.selectorLabels" -}}
{{- $own := dict
  "app.kubernetes.io/name" (include "kube-state-metrics.name" .)
  "app.kubernetes.io/instance" .Release.Name
}}
{{- toYaml (default $own .Values.selectorOverride) }}
{{- end }}

{{- /* The pods that the Service leads to: of several replicas the one that leads. */ -}}
{{- define "kube-state-metrics.serviceSelector" -}}
{{- include "kube-state-metrics.selectorLabels" . }}
{{- if include "kube-state-metrics.elects" . }}
kubestate.io/leader: {{ include "kube-state-metrics.fullname" . }}
{{- end }}
{{- end }}

{{- /* Labels of the pods: without the chart's version, whose change alone must not roll them. */ -}}
{{- define "kube-state-metrics.podLabels" -}}
{{- $labels := dict
  "app.kubernetes.io/managed-by" .Release.Service
  "app.kubernetes.io/component" "metrics"
  "app.kubernetes.io/part-of" (include "kube-state-metrics.name" .)
  "app.kubernetes.io/version" .Chart.AppVersion
}}
{{- $selector := include "kube-state-metrics.selectorLabels" . | fromYaml }}
{{- $custom := tpl (toYaml .Values.customLabels) . | fromYaml }}
{{- $labels = mergeOverwrite $labels $selector $custom }}
{{- if .Values.releaseLabel }}
{{- $labels = set $labels "release" .Release.Name }}
{{- end }}
{{- toYaml $labels }}
{{- end }}

{{- define "kube-state-metrics.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "kube-state-metrics.podLabels" . }}
{{- end }}

{{- /* `labels`, as text, with those of the map `extra`, which win. */ -}}
{{- define "kube-state-metrics.labelsWith" -}}
{{- toYaml (mergeOverwrite (fromYaml .labels) (default dict .extra)) }}
{{- end }}
