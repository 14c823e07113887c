{{- /* Labels and selectors. */ -}}

{{- /* A map of labels or annotations with all values as strings: `port: 8080` is a number in YAML. */ -}}
{{- define "kube-state-metrics.texts" -}}
{{- $texts := dict }}
{{- range $key, $value := . }}
{{- $asItIs := or (kindIs "string" $value) (kindIs "invalid" $value) }}
{{- $texts = set $texts $key (ternary $value (toJson $value) $asItIs) }}
{{- end }}
{{- toYaml $texts }}
{{- end }}

{{- /* The pod selector of the workload. It is immutable, so it does not have the leader label. */ -}}
{{- define "kube-state-metrics.selector" -}}
{{- $own := dict
  "app.kubernetes.io/name" (include "kube-state-metrics.name" .)
  "app.kubernetes.io/instance" .Release.Name
}}
{{- include "kube-state-metrics.texts" (default $own .Values.selectorOverride) }}
{{- end }}

{{- /* The pod selector of the Service: with leader election it selects the leader only. */ -}}
{{- define "kube-state-metrics.serviceSelector" -}}
{{- include "kube-state-metrics.selector" . }}
{{- if include "kube-state-metrics.elects" . }}
kubestate.io/leader: {{ include "kube-state-metrics.fullname" . }}
{{- end }}
{{- end }}

{{- define "kube-state-metrics.commonLabels" -}}
{{- $labels := dict
  "app.kubernetes.io/managed-by" .Release.Service
  "app.kubernetes.io/component" "metrics"
  "app.kubernetes.io/part-of" (include "kube-state-metrics.name" .)
  "app.kubernetes.io/version" .Chart.AppVersion
}}
{{- $selector := include "kube-state-metrics.selector" . | fromYaml }}
{{- $custom := tpl (toYaml .Values.customLabels) . | fromYaml }}
{{- $labels = mergeOverwrite $labels $selector $custom }}
{{- if .Values.releaseLabel }}
{{- $labels = set $labels "release" .Release.Name }}
{{- end }}
{{- include "kube-state-metrics.texts" $labels }}
{{- end }}

{{- /*
Labels of the pods. kubestate.io/version is the version of kubestate; it is unknown, and left out, if the
values name an image tag.
*/ -}}
{{- define "kube-state-metrics.podLabels" -}}
{{- $labels := include "kube-state-metrics.commonLabels" . | fromYaml }}
{{- if not .Values.image.tag }}
{{- $labels = set $labels "kubestate.io/version" (include "kube-state-metrics.version" . | trunc 63) }}
{{- end }}
{{- include "kube-state-metrics.texts" (mergeOverwrite $labels (default dict .Values.podLabels)) }}
{{- end }}

{{- define "kube-state-metrics.objectLabels" -}}
helm.sh/chart: {{ include "kube-state-metrics.chart" . }}
{{ include "kube-state-metrics.commonLabels" . }}
{{- end }}

{{- /* Labels of an object with additional ones: the map `extra` overrides. */ -}}
{{- define "kube-state-metrics.objectLabelsAnd" -}}
{{- $labels := include "kube-state-metrics.objectLabels" .root | fromYaml }}
{{- include "kube-state-metrics.texts" (mergeOverwrite $labels (default dict .extra)) }}
{{- end }}

{{- /*
Aliases by the names of the kube-state-metrics chart, which start with a line break as there: values
that are templates may include them, such as affinity with `| indent 10`.
*/ -}}
{{- define "kube-state-metrics.labels" }}
{{ include "kube-state-metrics.objectLabels" . }}
{{- end }}

{{- define "kube-state-metrics.selectorLabels" }}
{{ include "kube-state-metrics.selector" . }}
{{- end }}
