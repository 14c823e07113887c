{{- /* Flags in lists of arguments: how they are read, and what is refused of extraArgs. */ -}}

{{- /*
A list of arguments as a JSON list of maps, as kubestate reads it. Each has the `name` of a flag and its
`value`; `missing` if the value that the flag needs is not there; only `word` if it is no flag.
*/ -}}
{{- define "kube-state-metrics.readFlags" -}}
{{- $known := include "kube-state-metrics.flags" . | fromYaml }}
{{- $read := list }}
{{- $open := "" }}
{{- range .args }}
{{- $text := toString . }}
{{- if $open }}
{{- $read = append $read (dict "name" $open "value" $text) }}
{{- $open = "" }}
{{- else if regexMatch "^(--[^-=]|-[vh])" $text }}
{{- $name := regexFind "^(--[^=]*|-.)" $text }}
{{- $rest := trimPrefix $name $text }}
{{- $name = ternary "help" (regexReplaceAll "^--?" $name "") (eq $name "-h") }}
{{- if or $rest (get (default dict (get $known $name)) "switch") (not (hasKey $known $name)) }}
{{- $read = append $read (dict "name" $name "value" (trimPrefix "=" $rest | default (ternary "" "true" (hasPrefix "=" $rest)))) }}
{{- else }}
{{- $open = $name }}
{{- end }}
{{- else }}
{{- $read = append $read (dict "word" $text) }}
{{- end }}
{{- end }}
{{- if $open }}
{{- $read = append $read (dict "name" $open "missing" true) }}
{{- end }}
{{- toJson $read }}
{{- end }}

{{- /* Fails if extraArgs has what kubestate refuses. Values with $(VARIABLE) are not checked. */ -}}
{{- define "kube-state-metrics.checkFlags" -}}
{{- $known := include "kube-state-metrics.flags" . | fromYaml }}
{{- range include "kube-state-metrics.readFlags" (dict "args" .Values.extraArgs) | fromJsonArray }}
{{- $value := toString .value }}
{{- if hasKey . "word" }}
{{- fail (printf "extraArgs: expected flags, got %q; write --flag=value, or remove it" .word) }}
{{- end }}
{{- if not (hasKey $known .name) }}
{{- $near := include "kube-state-metrics.nearest" (dict "word" .name "words" (keys $known)) }}
{{- $hint := ternary "docs/cli.md lists them" (printf "did you mean --%s?" $near) (empty $near) }}
{{- fail (printf "extraArgs: expected flags of kubestate, got --%s; %s" .name $hint) }}
{{- end }}
{{- if .missing }}
{{- fail (printf "extraArgs: --%s: expected %s behind it, got nothing; write --%s=…" .name (get $known .name).expected .name) }}
{{- end }}
{{- $flag := get $known .name }}
{{- if and $flag.pattern (not (contains "$(" $value)) (not (regexMatch $flag.pattern $value)) }}
{{- fail (printf "extraArgs: --%s: expected %s, got %q; correct it" .name $flag.expected $value) }}
{{- end }}
{{- if and (has .name (list "help" "version")) (regexMatch "^(?i:1|t|true)$" $value) }}
{{- fail (printf "extraArgs: expected flags that let kubestate run, got --%s, which ends it; remove it" .name) }}
{{- end }}
{{- end }}
{{- end }}

{{- /*
The nearest of `words` to `word`, if one is near: most of their pairs of letters are the same, whatever
their case, dots and dashes.
*/ -}}
{{- define "kube-state-metrics.nearest" -}}
{{- $best := "" }}
{{- $most := 0.5 }}
{{- $pairs := include "kube-state-metrics.letterPairs" .word | fromJsonArray }}
{{- range sortAlpha .words }}
{{- $others := include "kube-state-metrics.letterPairs" . | fromJsonArray }}
{{- $same := 0 }}
{{- range $pairs }}
{{- if has . $others }}
{{- $same = add $same 1 }}
{{- end }}
{{- end }}
{{- $share := divf (mulf 2 $same) (add (len $pairs) (len $others)) }}
{{- if gt $share $most }}
{{- $best = . }}
{{- $most = $share }}
{{- end }}
{{- end }}
{{- $best }}
{{- end }}

{{- /* The pairs of neighbouring letters of a word, with its ends, as a JSON list. */ -}}
{{- define "kube-state-metrics.letterPairs" -}}
{{- $letters := printf "^%s$" (regexReplaceAll "[^a-z0-9]" (lower .) "") }}
{{- $pairs := list }}
{{- range until (int (sub (len $letters) 1)) }}
{{- $pairs = append $pairs (substr . (int (add . 2)) $letters) }}
{{- end }}
{{- uniq $pairs | toJson }}
{{- end }}
