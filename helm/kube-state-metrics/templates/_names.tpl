{{- /* What things are called and what kind they are: objects, images, secrets. */ -}}

{{- define "kube-state-metrics.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- /* The release's name where it says enough, so that kube-state-metrics stays what it is called. */ -}}
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

{{- /* The image that `image`, a map of the values, describes; `root` is the chart's scope. */ -}}
{{- define "kube-state-metrics.imageOf" -}}
{{- $repository := required "image.repository and kubeRBACProxy.image.repository: expected the path of an image, got none; set it" (.image).repository }}
{{- $registry := default .image.registry .root.Values.global.imageRegistry }}
{{- $tag := default (printf "v%s" .root.Chart.AppVersion) .image.tag }}
{{- printf "%s:%s" (compact (list $registry $repository) | join "/") $tag }}
{{- with .image.sha }}{{ printf "@%s" . }}{{ end }}
{{- end }}

{{- define "kube-state-metrics.image" -}}
{{- include "kube-state-metrics.imageOf" (dict "root" . "image" .Values.image) }}
{{- end }}

{{- /* The secrets of all charts, then `own`; each is a map with a name, or the name alone. */ -}}
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
Whether replicas elect a leader. Keys of our own are absent where `helm upgrade --reuse-values` keeps
the defaults of the chart that was there before.
*/ -}}
{{- define "kube-state-metrics.elects" -}}
{{- if (.Values.highAvailability).enabled }}true{{ end }}
{{- end }}
