{{- /* Parts of the objects of the Prometheus Operator. */ -}}

{{- /* The values of `keys` in the map `own`, or else in `all`; empty values are omitted. */ -}}
{{- define "kube-state-metrics.given" -}}
{{- $given := dict }}
{{- range $key := .keys }}
{{- with default (get (default dict $.all) $key) (get (default dict $.own) $key) }}
{{- $given = set $given $key . }}
{{- end }}
{{- end }}
{{- with $given }}
{{- toYaml . }}
{{- end }}
{{- end }}
