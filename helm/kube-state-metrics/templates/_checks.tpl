{{- /* Checks of values: those that conflict or are missing stop the render with an error. */ -}}

{{- define "kube-state-metrics.check" -}}
{{- $elects := include "kube-state-metrics.elects" . }}
{{- if and $elects .Values.autosharding.enabled }}
{{- fail "highAvailability.enabled and autosharding.enabled: expected one of them, got both; leader election and sharding exclude each other, so turn one off" }}
{{- end }}
{{- if and $elects (eq (toString .Values.updateStrategy) "Recreate") }}
{{- fail "updateStrategy: expected none with highAvailability.enabled, got Recreate, which stops all replicas at once; remove it" }}
{{- end }}
{{- if and .Values.kubeRBACProxy.enabled .Values.authFilter.enabled }}
{{- fail "kubeRBACProxy.enabled and authFilter.enabled: expected one of them, got both; each of them authorizes requests, so turn one off" }}
{{- end }}
{{- if and .Values.customResourceState.enabled (not .Values.customResourceState.key) }}
{{- fail "customResourceState.key: expected the key of the ConfigMap that holds the configuration, got none; set it" }}
{{- end }}
{{- include "kube-state-metrics.checkCollectors" . }}
{{- end }}

{{- /* Skipped if custom resources are configured: the chart does not know their plurals. */ -}}
{{- define "kube-state-metrics.checkCollectors" -}}
{{- $custom := or .Values.customResourceState.enabled (regexMatch "--(custom-resource-state-)?config" (toJson .Values.extraArgs)) }}
{{- if not $custom }}
{{- $known := list }}
{{- range include "kube-state-metrics.resources" . | fromYamlArray }}
{{- $known = append $known .resource }}
{{- end }}
{{- $packs := include "kube-state-metrics.packs" . | fromJsonArray }}
{{- range include "kube-state-metrics.packResources" . | fromYamlArray }}
{{- if has .pack $packs }}
{{- $known = concat $known .resources }}
{{- end }}
{{- end }}
{{- range include "kube-state-metrics.collectors" . | fromJsonArray }}
{{- if not (has . $known) }}
{{- fail (printf "collectors and collectorsExtra: expected some of %s, got %q; correct it, or configure the custom resource of that name" (join ", " $known) .) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
