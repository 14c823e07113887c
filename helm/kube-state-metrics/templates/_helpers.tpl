{{- /* Names, labels and lists that several templates need. */ -}}

{{- define "kube-state-metrics.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- /* The release's name where it says enough, so that kube-state-metrics stays what it is called. */ -}}
{{- define "kube-state-metrics.fullname" -}}
{{- $name := include "kube-state-metrics.name" . }}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) }}
{{- default $full .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "kube-state-metrics.serviceAccountName" -}}
{{- $own := ternary (include "kube-state-metrics.fullname" .) "default" .Values.serviceAccount.create }}
{{- default $own .Values.serviceAccount.name }}
{{- end }}

{{- define "kube-state-metrics.selectorLabels" -}}
app.kubernetes.io/name: {{ include "kube-state-metrics.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- /* Labels of the pods: without the chart's version, whose change alone must not roll them. */ -}}
{{- define "kube-state-metrics.podLabels" -}}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/component: metrics
app.kubernetes.io/part-of: {{ include "kube-state-metrics.name" . }}
{{ include "kube-state-metrics.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- with .Values.customLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "kube-state-metrics.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "kube-state-metrics.podLabels" . }}
{{- end }}

{{- define "kube-state-metrics.image" -}}
{{- $registry := default .Values.image.registry .Values.global.imageRegistry }}
{{- $tag := default (printf "v%s" .Chart.AppVersion) .Values.image.tag }}
{{- printf "%s/%s:%s" $registry .Values.image.repository $tag }}
{{- with .Values.image.sha }}{{ printf "@sha256:%s" . }}{{ end }}
{{- end }}

{{- /* A flag with the items of a list, or nothing where the list is empty. */ -}}
{{- define "kube-state-metrics.listFlag" -}}
{{- $items := ternary (splitList "," (toString .items)) .items (kindIs "string" .items) }}
{{- with compact $items }}
- {{ printf "--%s=%s" $.flag (join "," .) | quote }}
{{- end }}
{{- end }}

{{- /* Refuses values that nothing would act on. */ -}}
{{- define "kube-state-metrics.checkValues" -}}
{{- $known := include "kube-state-metrics.knownValues" . | fromYamlArray }}
{{- range $key, $_ := .Values }}
{{- if not (has $key $known) }}
{{- fail (printf "values.%s: nothing in this chart acts on it, so remove it; the keys it knows are %s" $key (join ", " $known)) }}
{{- end }}
{{- end }}
{{- end }}
