{{- /* Parts of the pod: probes, environment, proxies and affinity. */ -}}

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

{{- /* Environment variables with the name and namespace of the pod. */ -}}
{{- define "kube-state-metrics.podEnv" -}}
- name: POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: POD_NAMESPACE
  valueFrom:
    fieldRef:
      fieldPath: metadata.namespace
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
