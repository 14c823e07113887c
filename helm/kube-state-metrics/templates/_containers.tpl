{{- /* Parts of the pod that stand in it more than once. */ -}}

{{- /*
A probe of the program: `root`, `probe` (a map of the values), the `path` and the name of the `port`.
A name leads to a port of the same container, so behind the proxies their numbers are asked.
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

{{- /* Env that tells the program which pod it is in. */ -}}
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
A kube-rbac-proxy before one port of the program: `root`, the port's `name`, the `port` that it
takes, the `upstream` port, the port `health` of its own health.
*/ -}}
{{- define "kube-state-metrics.proxy" -}}
{{- $proxy := .root.Values.kubeRBACProxy -}}
args:
  {{- with $proxy.extraArgs }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  {{- if $proxy.ignoreProbePaths }}
  # The probes of the program come through the proxy, without a token.
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
Where pods should run. Replicas that stand in for each other belong on different nodes, so they
avoid one another unless the values say something about it.
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
