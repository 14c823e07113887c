{{- /* Checks of values: those that conflict or are missing stop the render with an error. */ -}}

{{- define "kube-state-metrics.check" -}}
{{- $elects := include "kube-state-metrics.elects" . }}
{{- if and $elects .Values.autosharding.enabled }}
{{- fail "highAvailability.enabled and autosharding.enabled: expected one of them, got both; leader election and sharding exclude each other, so turn one off" }}
{{- end }}
{{- if and (include "kube-state-metrics.serverSide" .) (not .Values.autosharding.enabled) }}
{{- fail (printf "autosharding.serverSide: expected autosharding.enabled beside it, got %q alone; enable it, or remove this value" (include "kube-state-metrics.serverSide" .)) }}
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
{{- if and .Values.kubeconfig.enabled (not .Values.kubeconfig.secret) }}
{{- fail "kubeconfig.secret: expected a kubeconfig in base64, got none; set it" }}
{{- end }}
{{- include "kube-state-metrics.checkFlags" . }}
{{- $given := include "kube-state-metrics.givenFlags" . | fromJson }}
{{- /* The file of --config may set any flag, so nothing is known of them together. */}}
{{- if not (hasKey $given "config") }}
{{- $scope := dict "root" . "given" $given "custom" (include "kube-state-metrics.customFlags" $given) }}
{{- include "kube-state-metrics.checkCollectors" $scope }}
{{- include "kube-state-metrics.checkAllowlists" $scope }}
{{- include "kube-state-metrics.checkTogether" $scope }}
{{- include "kube-state-metrics.checkPods" $scope }}
{{- include "kube-state-metrics.checkPorts" $scope }}
{{- end }}
{{- end }}

{{- /*
All flags of the container with their values, as a JSON map. Lists are combined, else the last value
counts. A switch that is off, or that a $(VARIABLE) sets, is left out.
What `checkFlags` refuses may be there, too: another template may be rendered before.
*/ -}}
{{- define "kube-state-metrics.givenFlags" -}}
{{- $known := include "kube-state-metrics.flags" . | fromYaml }}
{{- $given := dict }}
{{- $args := include "kube-state-metrics.args" . | fromYamlArray }}
{{- range include "kube-state-metrics.readFlags" (dict "args" $args) | fromJsonArray }}
{{- $name := default "" .name }}
{{- $flag := default dict (get $known $name) }}
{{- if not (hasKey . "value") }}
{{- else if $flag.list }}
{{- $given = set $given .name (compact (list (get $given .name) .value) | join ",") }}
{{- else if and $flag.switch (regexMatch `^(?i:0|f|false)$|\$\(` .value) }}
{{- $given = unset $given .name }}
{{- else }}
{{- $given = set $given .name .value }}
{{- end }}
{{- end }}
{{- toJson $given }}
{{- end }}

{{- /* The flags that configure custom resources, empty if there are none. */ -}}
{{- define "kube-state-metrics.customFlags" -}}
{{- $flags := pick . "custom-resource-state-config" "custom-resource-state-config-file" "custom-resource-pack" }}
{{- range $name, $value := $flags }}
{{- if $value }}--{{ $name }} {{ end }}
{{- end }}
{{- end }}

{{- /*
Skipped if custom resources are configured: the chart does not know their plurals. What has a $(VARIABLE)
is not checked.
*/ -}}
{{- define "kube-state-metrics.checkCollectors" -}}
{{- $known := list }}
{{- range include "kube-state-metrics.resources" . | fromYamlArray }}
{{- $known = append $known .resource }}
{{- end }}
{{- $packs := dict }}
{{- range include "kube-state-metrics.packResources" . | fromYamlArray }}
{{- $packs = set $packs .pack (concat (default list (get $packs .pack)) .resources) }}
{{- end }}
{{- range include "kube-state-metrics.items" (get .given "custom-resource-pack") | fromJsonArray }}
{{- if not (or (hasKey $packs .) (contains "$(" .)) }}
{{- include "kube-state-metrics.failUnknown" (dict "place" "extraArgs: --custom-resource-pack" "got" . "words" (keys $packs)) }}
{{- end }}
{{- $known = concat $known (default list (get $packs .)) }}
{{- end }}
{{- if not (or (contains "config" .custom) (contains "$(" (get .given "custom-resource-pack"))) }}
{{- $own := include "kube-state-metrics.collectors" .root | fromJsonArray }}
{{- range include "kube-state-metrics.items" .given.resources | fromJsonArray }}
{{- if not (or (has . $known) (contains "$(" .)) }}
{{- $place := ternary "collectors and collectorsExtra" "extraArgs: --resources" (has . $own) }}
{{- include "kube-state-metrics.failUnknown" (dict "place" $place "got" . "words" $known "hint" ", or configure the custom resource of that name") }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- /* Fails with the nearest of `words`, or with all of them: `place`, what was `got`, and a `hint`. */ -}}
{{- define "kube-state-metrics.failUnknown" -}}
{{- $near := include "kube-state-metrics.nearest" (dict "word" .got "words" .words) }}
{{- if $near }}
{{- fail (printf "%s: expected names that kubestate knows, got %q; did you mean %s?" .place .got $near) }}
{{- end }}
{{- fail (printf "%s: expected some of %s, got %q; correct it%s" .place (join ", " (sortAlpha .words)) .got (default "" .hint)) }}
{{- end }}

{{- /* Of a flag that comes twice the last value counts, and the values of the chart come last. */ -}}
{{- define "kube-state-metrics.checkAllowlists" -}}
{{- $known := list }}
{{- range include "kube-state-metrics.resources" . | fromYamlArray }}
{{- $known = append $known .resource }}
{{- end }}
{{- $given := .given }}
{{- $values := .root.Values }}
{{- range $own, $flag := dict "metricLabelsAllowlist" "metric-labels-allowlist" "metricAnnotationsAllowList" "metric-annotations-allowlist" }}
{{- range regexFindAll `[^,=\[\]\s]+\s*=\[` (default "" (get $given $flag)) -1 }}
{{- $plural := regexReplaceAll `\s*=\[$` . "" }}
{{- if not (or (eq $plural "*") (has $plural $known) (contains "$(" $plural)) }}
{{- $place := ternary $own (printf "extraArgs: --%s" $flag) (not (empty (get $values $own))) }}
{{- include "kube-state-metrics.failUnknown" (dict "place" $place "got" $plural "words" $known) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- /* Flags that exclude each other, or leave nothing to serve. */ -}}
{{- define "kube-state-metrics.checkTogether" -}}
{{- $given := .given }}
{{- /* As values alone they render as in kube-state-metrics' chart: the notes and helm test tell. */}}
{{- $onlyValues := and .root.Values.metricAllowlist .root.Values.metricDenylist }}
{{- if and (get $given "metric-allowlist") (get $given "metric-denylist") (not $onlyValues) }}
{{- fail "metricAllowlist and metricDenylist: expected one of them, got both; leave one out" }}
{{- end }}
{{- $profile := get $given "profile" }}
{{- if and $profile (ne $profile "full") (not (contains "$(" $profile)) }}
{{- range $own, $flag := dict "metricAllowlist" "metric-allowlist" "metricDenylist" "metric-denylist" }}
{{- if get $given $flag }}
{{- fail (printf "extraArgs: --profile and %s: expected one of them, got both; leave one out" $own) }}
{{- end }}
{{- end }}
{{- end }}
{{- if and (hasKey $given "custom-resource-state-only") (not .custom) }}
{{- fail "extraArgs: --custom-resource-state-only: expected customResourceState.enabled or packs beside it, got neither; nothing would be served" }}
{{- end }}
{{- if and (hasKey $given "enable-profiling") (not (hasKey $given "auth-filter")) (not (get $given "tls-config")) }}
{{- fail "extraArgs: --enable-profiling: expected authFilter.enabled, or --tls-config with basic_auth_users, beside it, got neither; a heap snapshot holds all that is in memory" }}
{{- end }}
{{- range list "node" "track-unscheduled-pods" }}
{{- if and (get $given .) (not (contains "$(" (default "" $given.resources))) }}
{{- $resources := include "kube-state-metrics.items" $given.resources | fromJsonArray }}
{{- if ne (uniq $resources | join ",") "pods" }}
{{- $got := ternary (printf "%d resources" (len $resources)) "all resources" (gt (len $resources) 0) }}
{{- fail (printf "extraArgs: --%s: expected collectors: [pods] beside it, got %s; other objects are on no node" . $got) }}
{{- end }}
{{- if $.custom }}
{{- fail (printf "extraArgs: --%s: expected no custom resources beside it, got %s; serve them by another release" . (trim $.custom)) }}
{{- end }}
{{- end }}
{{- end }}
{{- $rbac := .root.Values.rbac }}
{{- if and (hasKey $given "namespace-selector") $rbac.create (not $rbac.useClusterRole) (not $rbac.useExistingRole) }}
{{- fail "namespaceSelector: expected rbac.useClusterRole beside it, got Roles, which cannot allow to list namespaces; name the namespaces instead" }}
{{- end }}
{{- if and (regexMatch "(namespaces|nodes)\\s*=\\s*\\[[^]]*\\]\\s*->" (get $given "promote-labels" | toString)) $rbac.create (not $rbac.useClusterRole) (not $rbac.useExistingRole) }}
{{- fail "--promote-labels: expected rbac.useClusterRole beside it, got Roles, which cannot allow to list namespaces or nodes; promote the objects' own labels only" }}
{{- end }}
{{- $denied := include "kube-state-metrics.items" (get $given "namespaces-denylist") | fromJsonArray }}
{{- $namespaces := include "kube-state-metrics.items" $given.namespaces | fromJsonArray }}
{{- $left := list }}
{{- range $namespaces }}
{{- if or (contains "$(" .) (not (has . $denied)) }}
{{- $left = append $left . }}
{{- end }}
{{- end }}
{{- if and $namespaces (not $left) }}
{{- fail "namespaces and namespacesDenylist: expected a namespace that is in the one and not in the other, got none; nothing would be served" }}
{{- end }}
{{- end }}

{{- /* Flags about kubestate's own pod: both of a pair, and for an election the variables too. */ -}}
{{- define "kube-state-metrics.checkPods" -}}
{{- $pod := get .given "pod" }}
{{- $namespace := get .given "pod-namespace" }}
{{- $names := list }}
{{- range .root.Values.env }}
{{- $names = append $names .name }}
{{- end }}
{{- if hasKey .given "leader-elect" }}
{{- $set := or (include "kube-state-metrics.elects" .root) .root.Values.autosharding.enabled }}
{{- $named := and (or $pod (has "POD_NAME" $names)) (or $namespace (has "POD_NAMESPACE" $names)) }}
{{- if not (or $set $named) }}
{{- fail "extraArgs: --leader-elect: expected POD_NAME and POD_NAMESPACE in env, got neither or one; set highAvailability.enabled instead" }}
{{- end }}
{{- else if ne (empty $pod) (empty $namespace) }}
{{- fail "extraArgs: --pod and --pod-namespace: expected both or neither, got one; give both, or set autosharding.enabled" }}
{{- end }}
{{- end }}

{{- /* All containers of a pod share its ports. */ -}}
{{- define "kube-state-metrics.checkPorts" -}}
{{- $proxy := .root.Values.kubeRBACProxy }}
{{- $ports := list
  (dict "of" "service.port" "is" (include "kube-state-metrics.servicePort" .root))
  (dict "of" "selfMonitor.telemetryPort" "is" (include "kube-state-metrics.telemetryPort" .root))
}}
{{- if $proxy.enabled }}
{{- $ports = concat $ports (list
  (dict "of" "kubeRBACProxy.port" "is" $proxy.port)
  (dict "of" "kubestate's metrics behind the proxy" "is" (include "kube-state-metrics.hiddenTelemetryPort" .root))
  (dict "of" "kubeRBACProxy.proxyEndpointsPort" "is" (default 8888 $proxy.proxyEndpointsPort))
  (dict "of" "the health of the second proxy" "is" 8889)
) }}
{{- end }}
{{- $taken := dict }}
{{- range $ports }}
{{- $port := toString .is }}
{{- if hasKey $taken $port }}
{{- fail (printf "%s and %s: expected two ports, got %s for both; change one" (get $taken $port) .of $port) }}
{{- end }}
{{- $taken = set $taken $port .of }}
{{- end }}
{{- end }}
