{{- /* Labels and selectors. */ -}}

{{- /* A map of labels or annotations with all values as text, which `port: 8080` is not in YAML. */ -}}
{{- define "kube-state-metrics.texts" -}}
{{- $texts := dict }}
{{- range $key, $value := . }}
{{- $asItIs := or (kindIs "string" $value) (kindIs "invalid" $value) }}
{{- $texts = set $texts $key (ternary $value (toJson $value) $asItIs) }}
{{- end }}
{{- toYaml $texts }}
{{- end }}

{{- /* What finds the pods. A Deployment cannot change it, so it never says which pod leads. */ -}}
{{- define "kube-state-metrics.selector" -}}
{{- $own := dict
  "app.kubernetes.io/name" (include "kube-state-metrics.name" .)
  "app.kubernetes.io/instance" .Release.Name
}}
{{- include "kube-state-metrics.texts" (default $own .Values.selectorOverride) }}
{{- end }}

{{- /* The pods that the Service leads to: of several replicas the one that leads. */ -}}
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

{{- /* Labels of the pods: without the chart's version, whose change alone must not roll them. */ -}}
{{- define "kube-state-metrics.podLabels" -}}
{{- $labels := include "kube-state-metrics.commonLabels" . | fromYaml }}
{{- include "kube-state-metrics.texts" (mergeOverwrite $labels (default dict .Values.podLabels)) }}
{{- end }}

{{- define "kube-state-metrics.objectLabels" -}}
helm.sh/chart: {{ include "kube-state-metrics.chart" . }}
{{ include "kube-state-metrics.commonLabels" . }}
{{- end }}

{{- /* Labels of an object that has more than others: those of the map `extra` win. */ -}}
{{- define "kube-state-metrics.objectLabelsAnd" -}}
{{- $labels := include "kube-state-metrics.objectLabels" .root | fromYaml }}
{{- include "kube-state-metrics.texts" (mergeOverwrite $labels (default dict .extra)) }}
{{- end }}

{{- /*
The same by the names that the chart of kube-state-metrics has for them, and as there after a line
break: values that are templates may include them, as affinity does by `| indent 10`.
*/ -}}
{{- define "kube-state-metrics.labels" }}
{{ include "kube-state-metrics.objectLabels" . }}
{{- end }}

{{- define "kube-state-metrics.selectorLabels" }}
{{ include "kube-state-metrics.selector" . }}
{{- end }}
