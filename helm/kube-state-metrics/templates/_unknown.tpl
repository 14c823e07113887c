{{- /* Values that the chart does not have: NOTES names them, because parent charts may pass any. */ -}}

{{- /*
A line for each key of `values` that is not in `known`, with the nearest one. `path` is where they are.
A value of `true` in `known` stands for any keys. Null is no value: parent charts write it to delete one.
*/ -}}
{{- define "kube-state-metrics.unknownValues" -}}
{{- $known := .known }}
{{- $path := .path }}
{{- range $key, $value := .values }}
{{- $own := printf "%s%s" $path $key }}
{{- if not (or (hasKey $known $key) (kindIs "invalid" $value)) }}
{{- $near := include "kube-state-metrics.nearest" (dict "word" $key "words" (keys $known)) }}
{{- $hint := ternary "" (printf ": did you mean %s%s?" $path $near) (empty $near) }}
{{- printf "  %s%s\n" $own $hint }}
{{- else if and (kindIs "map" (get $known $key)) (kindIs "map" $value) }}
{{- include "kube-state-metrics.unknownValues" (dict "known" (get $known $key) "values" $value "path" (printf "%s." $own)) }}
{{- end }}
{{- end }}
{{- end }}
