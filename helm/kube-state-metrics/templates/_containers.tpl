{{- /* Parts of pods: what they share, probes, proxies and affinity. */ -}}

{{- /*
A probe of kubestate: `root`, `probe` (a map of the values), the `path` and the name of the `port`.
A port name is looked up in the same container only, so with proxies the probe uses their port number.
*/ -}}
{{- define "kube-state-metrics.probe" -}}
{{- $helper := ternary "servicePort" "telemetryPort" (eq .port "http") -}}
failureThreshold: {{ .probe.failureThreshold }}
httpGet:
  {{- if .root.Values.hostNetwork }}
  host: 127.0.0.1
  {{- end }}
  {{- with (.probe.httpGet).httpHeaders }}
  httpHeaders:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  path: {{ .path }}
  {{- if .root.Values.kubeRBACProxy.enabled }}
  port: {{ include (printf "kube-state-metrics.%s" $helper) .root }}
  scheme: HTTPS
  {{- else }}
  port: {{ .port }}
  scheme: {{ default "http" (.probe.httpGet).scheme | upper }}
  {{- end }}
initialDelaySeconds: {{ .probe.initialDelaySeconds }}
periodSeconds: {{ .probe.periodSeconds }}
successThreshold: {{ .probe.successThreshold }}
timeoutSeconds: {{ .probe.timeoutSeconds }}
{{- end }}

{{- /* The environment of kubestate; the name and namespace of its pod if it needs them. */ -}}
{{- define "kube-state-metrics.env" -}}
{{- if or .Values.autosharding.enabled (include "kube-state-metrics.elects" .) }}
- name: POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: POD_NAMESPACE
  valueFrom:
    fieldRef:
      fieldPath: metadata.namespace
{{- end }}
{{- with .Values.env }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "kube-state-metrics.volumeMounts" -}}
{{- if .Values.kubeconfig.enabled }}
- name: kubeconfig
  mountPath: /opt/k8s/.kube/
  readOnly: true
{{- end }}
{{- if .Values.customResourceState.enabled }}
- name: customresourcestate-config
  mountPath: /etc/customresourcestate
  readOnly: true
{{- end }}
{{- with .Values.volumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "kube-state-metrics.volumes" -}}
{{- if .Values.kubeconfig.enabled }}
- name: kubeconfig
  secret:
    secretName: {{ include "kube-state-metrics.fullname" . }}-kubeconfig
{{- end }}
{{- if .Values.kubeRBACProxy.enabled }}
- name: kube-rbac-proxy-config
  configMap:
    name: {{ include "kube-state-metrics.fullname" . }}-rbac-config
{{- end }}
{{- if .Values.customResourceState.enabled }}
- name: customresourcestate-config
  configMap:
    name: {{ include "kube-state-metrics.crsConfigMapName" . }}
{{- end }}
{{- with .Values.volumes }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- /* Fields of a pod spec that the pods of kubestate and of helm test share. */ -}}
{{- define "kube-state-metrics.podFields" -}}
automountServiceAccountToken: {{ .Values.automountServiceAccountToken }}
{{- if kindIs "bool" .Values.hostUsers }}
hostUsers: {{ .Values.hostUsers }}
{{- end }}
serviceAccountName: {{ include "kube-state-metrics.serviceAccountName" . }}
{{- if .Values.securityContext.enabled }}
securityContext:
  {{- omit .Values.securityContext "enabled" | toYaml | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .Values.dnsConfig }}
dnsConfig:
  {{- toYaml . | nindent 2 }}
{{- end }}
dnsPolicy: {{ .Values.dnsPolicy }}
{{- with include "kube-state-metrics.imagePullSecrets" (dict "root" . "own" .Values.imagePullSecrets) }}
imagePullSecrets:
  {{- . | nindent 2 }}
{{- end }}
{{- with .Values.initContainers }}
initContainers:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with include "kube-state-metrics.affinity" . | trimAll "\n" }}
affinity:
  {{- . | nindent 2 }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- tpl (include "kube-state-metrics.texts" .) $ | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- tpl (toYaml .) $ | nindent 2 }}
{{- end }}
{{- with include "kube-state-metrics.volumes" . | trim }}
volumes:
  {{- . | nindent 2 }}
{{- end }}
{{- end }}

{{- /* Fields of the container of kubestate that both pods share; its arguments are not among them. */ -}}
{{- define "kube-state-metrics.containerFields" -}}
name: {{ include "kube-state-metrics.name" . }}
image: {{ include "kube-state-metrics.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
{{- with include "kube-state-metrics.env" . | trim }}
env:
  {{- . | nindent 2 }}
{{- end }}
resources:
  {{- toYaml .Values.resources | nindent 2 }}
{{- with .Values.containerSecurityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with include "kube-state-metrics.volumeMounts" . | trim }}
volumeMounts:
  {{- . | nindent 2 }}
{{- end }}
{{- end }}

{{- /*
A kube-rbac-proxy before one port of kubestate: `root`, the `name` of the port, the `port` that it
listens on, the `upstream` port, and its own `health` port.
*/ -}}
{{- define "kube-state-metrics.proxy" -}}
{{- $proxy := .root.Values.kubeRBACProxy -}}
args:
  {{- with $proxy.extraArgs }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  {{- if $proxy.ignoreProbePaths }}
  # The kubelet's probes pass through the proxy without a token.
  - --ignore-paths=/livez,/readyz,/healthz
  {{- end }}
  - --secure-listen-address=:{{ .port }}
  - --upstream=http://127.0.0.1:{{ .upstream }}/
  - --proxy-endpoints-port={{ .health }}
  - --config-file=/etc/kube-rbac-proxy-config/config-file.yaml
volumeMounts:
  - name: kube-rbac-proxy-config
    mountPath: /etc/kube-rbac-proxy-config
  {{- with $proxy.volumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
imagePullPolicy: {{ ($proxy.image).pullPolicy }}
image: {{ include "kube-state-metrics.imageOf" (dict "root" .root "image" $proxy.image) }}
ports:
  - containerPort: {{ .port }}
    name: {{ .name }}
  - containerPort: {{ .health }}
    name: {{ .name }}-healthz
readinessProbe:
  httpGet:
    scheme: HTTPS
    port: {{ .name }}-healthz
    path: /healthz
  initialDelaySeconds: 5
  timeoutSeconds: 5
{{- with $proxy.resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $proxy.containerSecurityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- /*
The affinity of the pods. Replicas with leader election prefer different nodes, unless the values set
a pod anti-affinity.
*/ -}}
{{- define "kube-state-metrics.affinity" -}}
{{- $given := "" }}
{{- if kindIs "string" .Values.affinity }}
{{- $given = tpl .Values.affinity . }}
{{- else if .Values.affinity }}
{{- $given = toYaml .Values.affinity }}
{{- end }}
{{- if and (include "kube-state-metrics.elects" .) (not (contains "podAntiAffinity" $given)) -}}
podAntiAffinity:
  preferredDuringSchedulingIgnoredDuringExecution:
    - weight: 100
      podAffinityTerm:
        topologyKey: kubernetes.io/hostname
        labelSelector:
          matchLabels:
            {{- include "kube-state-metrics.selector" . | nindent 12 }}
{{- end }}
{{ $given }}
{{- end }}
