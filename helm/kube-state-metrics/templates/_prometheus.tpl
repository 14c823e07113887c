{{- /* Parts of the Prometheus operator's objects. */ -}}

{{- /* What the map `own` has at each of `keys`, or else `all`; empty values are left out. */ -}}
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
