{{- /* Names: of objects, images and pull secrets; and the kind of the workload. */ -}}

{{- define "kube-state-metrics.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- /* The release name if it contains the name of the chart, otherwise both. */ -}}
{{- define "kube-state-metrics.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) }}
{{- default $full .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "kube-state-metrics.namespace" -}}
{{- default .Release.Namespace .Values.namespaceOverride }}
{{- end }}

{{- define "kube-state-metrics.serviceAccountName" -}}
{{- if .Values.serviceAccount.name }}
{{- .Values.serviceAccount.name }}
{{- else if .Values.serviceAccount.create }}
{{- include "kube-state-metrics.fullname" . }}
{{- else -}}
default
{{- end }}
{{- end }}

{{- define "kube-state-metrics.chart" -}}
{{- printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "kube-state-metrics.crsConfigMapName" -}}
{{- $own := printf "%s-customresourcestate-config" (include "kube-state-metrics.fullname" .) }}
{{- default $own .Values.customResourceState.name }}
{{- end }}

{{- /* The version of kubestate, which is that of the chart; `+` is not allowed in tags and labels. */ -}}
{{- define "kube-state-metrics.version" -}}
{{- .Chart.Version | replace "+" "_" }}
{{- end }}

{{- /*
The reference of an image: `image` is its map in the values, `root` the chart's scope. A chart that was
released has its own image with the digest in an annotation. The digest is not used for another registry,
repository or tag, because the image there may be another build.
*/ -}}
{{- define "kube-state-metrics.imageOf" -}}
{{- $repository := required "image.repository and kubeRBACProxy.image.repository: expected a repository, got none; set it" (.image).repository }}
{{- $registry := default .image.registry .root.Values.global.imageRegistry }}
{{- $tag := default (printf "v%s-%s" .root.Chart.AppVersion (include "kube-state-metrics.version" .root)) .image.tag }}
{{- $reference := printf "%s:%s" (compact (list $registry $repository) | join "/") $tag }}
{{- $released := index .root.Chart.Annotations "kubestate.io/image" }}
{{- if .image.sha }}
{{- printf "%s@%s" $reference .image.sha }}
{{- else if hasPrefix (printf "%s@" $reference) $released }}
{{- $released }}
{{- else }}
{{- $reference }}
{{- end }}
{{- end }}

{{- define "kube-state-metrics.image" -}}
{{- include "kube-state-metrics.imageOf" (dict "root" . "image" .Values.image) }}
{{- end }}

{{- /* global.imagePullSecrets, then `own`; each item is a map with a name, or a plain name. */ -}}
{{- define "kube-state-metrics.imagePullSecrets" -}}
{{- $secrets := list }}
{{- range concat (default list .root.Values.global.imagePullSecrets) (default list .own) }}
{{- $secrets = append $secrets (ternary . (dict "name" .) (kindIs "map" .)) }}
{{- end }}
{{- if $secrets }}
{{- toYaml $secrets }}
{{- end }}
{{- end }}

{{- define "kube-state-metrics.workloadKind" -}}
{{- if .Values.autosharding.enabled }}StatefulSet{{ else }}Deployment{{ end }}
{{- end }}

{{- /*
Whether leader election is on. The key is absent after `helm upgrade --reuse-values` from the chart
of kube-state-metrics, which keeps the defaults of that chart.
*/ -}}
{{- define "kube-state-metrics.elects" -}}
{{- if (.Values.highAvailability).enabled }}true{{ end }}
{{- end }}
