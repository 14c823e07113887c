{{- /* The rules of files/rules as prometheusRule asks for them, and checks of the names in there. */ -}}

{{- /* The key of a group in prometheusRule.rules: customResources for kubestate.custom-resources. */ -}}
{{- define "kube-state-metrics.ruleGroupKey" -}}
{{- trimPrefix "kubestate." . | camelcase | untitle }}
{{- end }}

{{- /* All groups of the files, as they are. */ -}}
{{- define "kube-state-metrics.allRuleGroups" -}}
{{- $groups := list }}
{{- range $path, $_ := .Files.Glob "files/rules/*.yaml" }}
{{- $groups = concat $groups ($.Files.Get $path | fromYaml).groups }}
{{- end }}
{{- toYaml $groups }}
{{- end }}

{{- /* The groups as the values ask for them; a name in the values that is none fails the render. */ -}}
{{- define "kube-state-metrics.ruleGroups" -}}
{{- $_ := include "kube-state-metrics.checkRules" . }}
{{- $wanted := .Values.prometheusRule.rules | default dict }}
{{- $off := include "kube-state-metrics.alertsLeftOut" . | fromJsonArray }}
{{- $groups := list }}
{{- range include "kube-state-metrics.allRuleGroups" . | fromYamlArray }}
{{- $on := dig (include "kube-state-metrics.ruleGroupKey" .name) true $wanted }}
{{- $rules := list }}
{{- $alerts := false }}
{{- range ternary .rules list (ne (toString $on) "false") }}
{{- if hasKey . "record" }}
{{- $rules = append $rules . }}
{{- else if not (has .alert $off) }}
{{- $alerts = true }}
{{- $rules = append $rules (include "kube-state-metrics.alert" (dict "values" $.Values.prometheusRule "rule" .) | fromYaml) }}
{{- end }}
{{- end }}
{{- if $alerts }}
{{- $groups = append $groups (dict "name" .name "rules" $rules) }}
{{- end }}
{{- end }}
{{- toYaml $groups }}
{{- end }}

{{- /* The names of the alerts that the values turn off, as JSON. */ -}}
{{- define "kube-state-metrics.alertsLeftOut" -}}
{{- $off := list }}
{{- range $alert, $is := .Values.prometheusRule.disabled }}
{{- if $is }}
{{- $off = append $off $alert }}
{{- end }}
{{- end }}
{{- if eq (toString .Values.prometheusRule.preset) "beyond-mixin" }}
{{- range $_, $ours := include "kube-state-metrics.mixinAlerts" . | fromYaml }}
{{- $off = concat $off $ours }}
{{- end }}
{{- end }}
{{- toJson $off }}
{{- end }}

{{- /* An alert with what the values change of it. */ -}}
{{- define "kube-state-metrics.alert" -}}
{{- $rule := .rule }}
{{- $own := dig $rule.alert dict (.values.customRules | default dict) | default dict }}
{{- with $own.for }}
{{- $rule = set $rule "for" . }}
{{- end }}
{{- $labels := dict }}
{{- range $name, $value := .values.additionalRuleLabels }}
{{- $labels = set $labels $name (toString $value) }}
{{- end }}
{{- $labels = set $labels "severity" (default $rule.labels.severity $own.severity) }}
{{- $rule = set $rule "labels" $labels }}
{{- with .values.runbookUrl }}
{{- $prefix := ternary . (printf "%s/" .) (regexMatch "[/#=]$" .) }}
{{- $annotations := set $rule.annotations "runbook_url" (printf "%s%s" $prefix (lower $rule.alert)) }}
{{- end }}
{{- toYaml $rule }}
{{- end }}

{{- define "kube-state-metrics.checkRules" -}}
{{- $values := .Values.prometheusRule }}
{{- $groups := list }}
{{- $alerts := list }}
{{- range include "kube-state-metrics.allRuleGroups" . | fromYamlArray }}
{{- $groups = append $groups (include "kube-state-metrics.ruleGroupKey" .name) }}
{{- range .rules }}
{{- with .alert }}
{{- $alerts = append $alerts . }}
{{- end }}
{{- end }}
{{- end }}
{{- range $group, $_ := $values.rules }}
{{- if not (has $group $groups) }}
{{- fail (printf "prometheusRule.rules: expected some of %s, got %q; correct it" (join ", " $groups) $group) }}
{{- end }}
{{- end }}
{{- range $key, $named := dict "disabled" ($values.disabled | default dict) "customRules" ($values.customRules | default dict) }}
{{- range $alert, $_ := $named }}
{{- if not (has $alert $alerts) }}
{{- $hint := include "kube-state-metrics.alertHint" (dict "alert" $alert "alerts" $alerts) }}
{{- fail (printf "prometheusRule.%s: expected the name of an alert in docs/alerts.md, got %q; %s" $key $alert $hint) }}
{{- end }}
{{- end }}
{{- end }}
{{- range $alert, $own := $values.customRules }}
{{- with ($own).for }}
{{- if not (regexMatch "^(0|([0-9]+(ms|[smhdwy]))+)$" .) }}
{{- fail (printf "prometheusRule.customRules.%s.for: expected a duration such as 30m, got %q; correct it" $alert .) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- /* What a name may stand for: ours for a name of kubernetes-mixin, else those that begin alike. */ -}}
{{- define "kube-state-metrics.alertHint" -}}
{{- $given := .alert }}
{{- $alerts := .alerts }}
{{- $mixin := include "kube-state-metrics.mixinAlerts" . | fromYaml }}
{{- if hasKey $mixin $given }}
{{- printf "what kubernetes-mixin calls so is here %s" (join ", " (get $mixin $given)) }}
{{- else }}
{{- $near := list }}
{{- range $cut := until (len $given) }}
{{- $begin := trunc (int (sub (len $given) $cut)) $given | lower }}
{{- if and (not $near) (gt (len $begin) 5) }}
{{- range $alerts }}
{{- if hasPrefix $begin (lower .) }}
{{- $near = append $near . }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- printf "the nearest are %s" (join ", " ($near | default $alerts)) }}
{{- end }}
{{- end }}
