// The messages of the API, as far as rows read them; made by tools/generate/protobuf.ts.
import { appended, type Fields, type Reader, type ReadMessage } from './reader.ts';

/** How objects of a resource are read; `spec` reads the spec alone. */
export interface RootMessage {
  readonly object: ReadMessage;
  readonly spec?: ReadMessage;
}

function admissionregistrationV1MutatingAdmissionPolicy(r: Reader, end: number): Fields {
  const o: Fields = { metadata: undefined, spec: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metadata = metaV1ObjectMeta(r, r.end()); break;
      case 18: if (!r.skipSpec()) o.spec = admissionregistrationV1MutatingAdmissionPolicySpec(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function admissionregistrationV1MutatingAdmissionPolicyBinding(r: Reader, end: number): Fields {
  const o: Fields = { metadata: undefined, spec: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metadata = metaV1ObjectMeta(r, r.end()); break;
      case 18: if (!r.skipSpec()) o.spec = admissionregistrationV1MutatingAdmissionPolicyBindingSpec(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function admissionregistrationV1MutatingAdmissionPolicyBindingSpec(r: Reader, end: number): Fields {
  const o: Fields = { policyName: undefined, paramRef: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.policyName = r.string() || undefined; break;
      case 18: o.paramRef = admissionregistrationV1ParamRef(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function admissionregistrationV1MutatingAdmissionPolicySpec(r: Reader, end: number): Fields {
  const o: Fields = { paramKind: undefined, failurePolicy: undefined, reinvocationPolicy: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.paramKind = admissionregistrationV1ParamKind(r, r.end()); break;
      case 42: o.failurePolicy = r.string(); break;
      case 58: o.reinvocationPolicy = r.string() || undefined; break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function admissionregistrationV1MutatingWebhook(r: Reader, end: number): Fields {
  const o: Fields = { name: '', clientConfig: undefined, failurePolicy: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.name = r.string(); break;
      case 18: o.clientConfig = admissionregistrationV1WebhookClientConfig(r, r.end()); break;
      case 34: o.failurePolicy = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function admissionregistrationV1MutatingWebhookConfiguration(r: Reader, end: number): Fields {
  const o: Fields = { metadata: undefined, webhooks: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metadata = metaV1ObjectMeta(r, r.end()); break;
      case 18: o.webhooks = appended(o.webhooks, admissionregistrationV1MutatingWebhook(r, r.end())); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function admissionregistrationV1ParamKind(r: Reader, end: number): Fields {
  const o: Fields = { apiVersion: undefined, kind: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.apiVersion = r.string() || undefined; break;
      case 18: o.kind = r.string() || undefined; break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function admissionregistrationV1ParamRef(r: Reader, end: number): Fields {
  const o: Fields = { name: undefined, namespace: undefined, parameterNotFoundAction: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.name = r.string() || undefined; break;
      case 18: o.namespace = r.string() || undefined; break;
      case 34: o.parameterNotFoundAction = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function admissionregistrationV1ServiceReference(r: Reader, end: number): Fields {
  const o: Fields = { namespace: '', name: '' };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.namespace = r.string(); break;
      case 18: o.name = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function admissionregistrationV1ValidatingAdmissionPolicy(r: Reader, end: number): Fields {
  const o: Fields = { metadata: undefined, spec: undefined, status: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metadata = metaV1ObjectMeta(r, r.end()); break;
      case 18: if (!r.skipSpec()) o.spec = admissionregistrationV1ValidatingAdmissionPolicySpec(r, r.end()); break;
      case 26: o.status = admissionregistrationV1ValidatingAdmissionPolicyStatus(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function admissionregistrationV1ValidatingAdmissionPolicyBinding(r: Reader, end: number): Fields {
  const o: Fields = { metadata: undefined, spec: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metadata = metaV1ObjectMeta(r, r.end()); break;
      case 18: if (!r.skipSpec()) o.spec = admissionregistrationV1ValidatingAdmissionPolicyBindingSpec(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function admissionregistrationV1ValidatingAdmissionPolicyBindingSpec(r: Reader, end: number): Fields {
  const o: Fields = { policyName: undefined, paramRef: undefined, validationActions: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.policyName = r.string() || undefined; break;
      case 18: o.paramRef = admissionregistrationV1ParamRef(r, r.end()); break;
      case 34: o.validationActions = appended(o.validationActions, r.string()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function admissionregistrationV1ValidatingAdmissionPolicySpec(r: Reader, end: number): Fields {
  const o: Fields = { paramKind: undefined, failurePolicy: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.paramKind = admissionregistrationV1ParamKind(r, r.end()); break;
      case 34: o.failurePolicy = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function admissionregistrationV1ValidatingAdmissionPolicyStatus(r: Reader, end: number): Fields {
  const o: Fields = {  };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function admissionregistrationV1ValidatingWebhook(r: Reader, end: number): Fields {
  const o: Fields = { name: '', clientConfig: undefined, failurePolicy: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.name = r.string(); break;
      case 18: o.clientConfig = admissionregistrationV1WebhookClientConfig(r, r.end()); break;
      case 34: o.failurePolicy = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function admissionregistrationV1ValidatingWebhookConfiguration(r: Reader, end: number): Fields {
  const o: Fields = { metadata: undefined, webhooks: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metadata = metaV1ObjectMeta(r, r.end()); break;
      case 18: o.webhooks = appended(o.webhooks, admissionregistrationV1ValidatingWebhook(r, r.end())); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function admissionregistrationV1WebhookClientConfig(r: Reader, end: number): Fields {
  const o: Fields = { service: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.service = admissionregistrationV1ServiceReference(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function appsV1DaemonSet(r: Reader, end: number): Fields {
  const o: Fields = { metadata: undefined, spec: undefined, status: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metadata = metaV1ObjectMeta(r, r.end()); break;
      case 18: if (!r.skipSpec()) o.spec = appsV1DaemonSetSpec(r, r.end()); break;
      case 26: o.status = appsV1DaemonSetStatus(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function appsV1DaemonSetSpec(r: Reader, end: number): Fields {
  const o: Fields = {  };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function appsV1DaemonSetStatus(r: Reader, end: number): Fields {
  const o: Fields = { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0, observedGeneration: undefined, updatedNumberScheduled: undefined, numberAvailable: undefined, numberUnavailable: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 8: o.currentNumberScheduled = r.int32(); break;
      case 16: o.numberMisscheduled = r.int32(); break;
      case 24: o.desiredNumberScheduled = r.int32(); break;
      case 32: o.numberReady = r.int32(); break;
      case 40: o.observedGeneration = r.int64() || undefined; break;
      case 48: o.updatedNumberScheduled = r.int32() || undefined; break;
      case 56: o.numberAvailable = r.int32() || undefined; break;
      case 64: o.numberUnavailable = r.int32() || undefined; break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function appsV1Deployment(r: Reader, end: number): Fields {
  const o: Fields = { metadata: undefined, spec: undefined, status: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metadata = metaV1ObjectMeta(r, r.end()); break;
      case 18: if (!r.skipSpec()) o.spec = appsV1DeploymentSpec(r, r.end()); break;
      case 26: o.status = appsV1DeploymentStatus(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function appsV1DeploymentCondition(r: Reader, end: number): Fields {
  const o: Fields = { type: '', status: '', reason: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.type = r.string(); break;
      case 18: o.status = r.string(); break;
      case 34: o.reason = r.string() || undefined; break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function appsV1DeploymentSpec(r: Reader, end: number): Fields {
  const o: Fields = { replicas: undefined, strategy: undefined, paused: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 8: o.replicas = r.int32(); break;
      case 34: o.strategy = appsV1DeploymentStrategy(r, r.end()); break;
      case 56: o.paused = r.bool() || undefined; break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function appsV1DeploymentStatus(r: Reader, end: number): Fields {
  const o: Fields = { observedGeneration: undefined, replicas: undefined, updatedReplicas: undefined, availableReplicas: undefined, unavailableReplicas: undefined, conditions: undefined, readyReplicas: undefined, terminatingReplicas: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 8: o.observedGeneration = r.int64() || undefined; break;
      case 16: o.replicas = r.int32() || undefined; break;
      case 24: o.updatedReplicas = r.int32() || undefined; break;
      case 32: o.availableReplicas = r.int32() || undefined; break;
      case 40: o.unavailableReplicas = r.int32() || undefined; break;
      case 50: o.conditions = appended(o.conditions, appsV1DeploymentCondition(r, r.end())); break;
      case 56: o.readyReplicas = r.int32() || undefined; break;
      case 72: o.terminatingReplicas = r.int32(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function appsV1DeploymentStrategy(r: Reader, end: number): Fields {
  const o: Fields = { type: undefined, rollingUpdate: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.type = r.string() || undefined; break;
      case 18: o.rollingUpdate = appsV1RollingUpdateDeployment(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function appsV1ReplicaSet(r: Reader, end: number): Fields {
  const o: Fields = { metadata: undefined, spec: undefined, status: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metadata = metaV1ObjectMeta(r, r.end()); break;
      case 18: if (!r.skipSpec()) o.spec = appsV1ReplicaSetSpec(r, r.end()); break;
      case 26: o.status = appsV1ReplicaSetStatus(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function appsV1ReplicaSetSpec(r: Reader, end: number): Fields {
  const o: Fields = { replicas: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 8: o.replicas = r.int32(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function appsV1ReplicaSetStatus(r: Reader, end: number): Fields {
  const o: Fields = { replicas: 0, fullyLabeledReplicas: undefined, observedGeneration: undefined, readyReplicas: undefined, terminatingReplicas: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 8: o.replicas = r.int32(); break;
      case 16: o.fullyLabeledReplicas = r.int32() || undefined; break;
      case 24: o.observedGeneration = r.int64() || undefined; break;
      case 32: o.readyReplicas = r.int32() || undefined; break;
      case 56: o.terminatingReplicas = r.int32(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function appsV1RollingUpdateDeployment(r: Reader, end: number): Fields {
  const o: Fields = { maxUnavailable: undefined, maxSurge: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.maxUnavailable = r.intOrString(); break;
      case 18: o.maxSurge = r.intOrString(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function appsV1StatefulSet(r: Reader, end: number): Fields {
  const o: Fields = { metadata: undefined, spec: undefined, status: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metadata = metaV1ObjectMeta(r, r.end()); break;
      case 18: if (!r.skipSpec()) o.spec = appsV1StatefulSetSpec(r, r.end()); break;
      case 26: o.status = appsV1StatefulSetStatus(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function appsV1StatefulSetOrdinals(r: Reader, end: number): Fields {
  const o: Fields = { start: 0 };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 8: o.start = r.int32(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function appsV1StatefulSetPersistentVolumeClaimRetentionPolicy(r: Reader, end: number): Fields {
  const o: Fields = { whenDeleted: undefined, whenScaled: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.whenDeleted = r.string() || undefined; break;
      case 18: o.whenScaled = r.string() || undefined; break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function appsV1StatefulSetSpec(r: Reader, end: number): Fields {
  const o: Fields = { replicas: undefined, persistentVolumeClaimRetentionPolicy: undefined, ordinals: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 8: o.replicas = r.int32(); break;
      case 82: o.persistentVolumeClaimRetentionPolicy = appsV1StatefulSetPersistentVolumeClaimRetentionPolicy(r, r.end()); break;
      case 90: o.ordinals = appsV1StatefulSetOrdinals(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function appsV1StatefulSetStatus(r: Reader, end: number): Fields {
  const o: Fields = { observedGeneration: undefined, replicas: 0, readyReplicas: undefined, currentReplicas: undefined, updatedReplicas: undefined, currentRevision: undefined, updateRevision: undefined, availableReplicas: 0 };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 8: o.observedGeneration = r.int64() || undefined; break;
      case 16: o.replicas = r.int32(); break;
      case 24: o.readyReplicas = r.int32() || undefined; break;
      case 32: o.currentReplicas = r.int32() || undefined; break;
      case 40: o.updatedReplicas = r.int32() || undefined; break;
      case 50: o.currentRevision = r.string() || undefined; break;
      case 58: o.updateRevision = r.string() || undefined; break;
      case 88: o.availableReplicas = r.int32(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function autoscalingV2ContainerResourceMetricSource(r: Reader, end: number): Fields {
  const o: Fields = { name: '', target: undefined, container: '' };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.name = r.string(); break;
      case 18: o.target = autoscalingV2MetricTarget(r, r.end()); break;
      case 26: o.container = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function autoscalingV2ContainerResourceMetricStatus(r: Reader, end: number): Fields {
  const o: Fields = { name: '', current: undefined, container: '' };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.name = r.string(); break;
      case 18: o.current = autoscalingV2MetricValueStatus(r, r.end()); break;
      case 26: o.container = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function autoscalingV2CrossVersionObjectReference(r: Reader, end: number): Fields {
  const o: Fields = { kind: '', name: '', apiVersion: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.kind = r.string(); break;
      case 18: o.name = r.string(); break;
      case 26: o.apiVersion = r.string() || undefined; break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function autoscalingV2ExternalMetricSource(r: Reader, end: number): Fields {
  const o: Fields = { metric: undefined, target: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metric = autoscalingV2MetricIdentifier(r, r.end()); break;
      case 18: o.target = autoscalingV2MetricTarget(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function autoscalingV2ExternalMetricStatus(r: Reader, end: number): Fields {
  const o: Fields = { metric: undefined, current: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metric = autoscalingV2MetricIdentifier(r, r.end()); break;
      case 18: o.current = autoscalingV2MetricValueStatus(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function autoscalingV2HPAScalingRules(r: Reader, end: number): Fields {
  const o: Fields = { tolerance: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 34: o.tolerance = r.quantity(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function autoscalingV2HorizontalPodAutoscaler(r: Reader, end: number): Fields {
  const o: Fields = { metadata: undefined, spec: undefined, status: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metadata = metaV1ObjectMeta(r, r.end()); break;
      case 18: if (!r.skipSpec()) o.spec = autoscalingV2HorizontalPodAutoscalerSpec(r, r.end()); break;
      case 26: o.status = autoscalingV2HorizontalPodAutoscalerStatus(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function autoscalingV2HorizontalPodAutoscalerBehavior(r: Reader, end: number): Fields {
  const o: Fields = { scaleUp: undefined, scaleDown: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.scaleUp = autoscalingV2HPAScalingRules(r, r.end()); break;
      case 18: o.scaleDown = autoscalingV2HPAScalingRules(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function autoscalingV2HorizontalPodAutoscalerCondition(r: Reader, end: number): Fields {
  const o: Fields = { type: '', status: '' };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.type = r.string(); break;
      case 18: o.status = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function autoscalingV2HorizontalPodAutoscalerSpec(r: Reader, end: number): Fields {
  const o: Fields = { scaleTargetRef: undefined, minReplicas: undefined, maxReplicas: 0, metrics: undefined, behavior: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.scaleTargetRef = autoscalingV2CrossVersionObjectReference(r, r.end()); break;
      case 16: o.minReplicas = r.int32(); break;
      case 24: o.maxReplicas = r.int32(); break;
      case 34: o.metrics = appended(o.metrics, autoscalingV2MetricSpec(r, r.end())); break;
      case 42: o.behavior = autoscalingV2HorizontalPodAutoscalerBehavior(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function autoscalingV2HorizontalPodAutoscalerStatus(r: Reader, end: number): Fields {
  const o: Fields = { currentReplicas: undefined, desiredReplicas: 0, currentMetrics: undefined, conditions: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 24: o.currentReplicas = r.int32() || undefined; break;
      case 32: o.desiredReplicas = r.int32(); break;
      case 42: o.currentMetrics = appended(o.currentMetrics, autoscalingV2MetricStatus(r, r.end())); break;
      case 50: o.conditions = appended(o.conditions, autoscalingV2HorizontalPodAutoscalerCondition(r, r.end())); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function autoscalingV2MetricIdentifier(r: Reader, end: number): Fields {
  const o: Fields = { name: '' };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.name = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function autoscalingV2MetricSpec(r: Reader, end: number): Fields {
  const o: Fields = { type: '', object: undefined, pods: undefined, resource: undefined, external: undefined, containerResource: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.type = r.string(); break;
      case 18: o.object = autoscalingV2ObjectMetricSource(r, r.end()); break;
      case 26: o.pods = autoscalingV2PodsMetricSource(r, r.end()); break;
      case 34: o.resource = autoscalingV2ResourceMetricSource(r, r.end()); break;
      case 42: o.external = autoscalingV2ExternalMetricSource(r, r.end()); break;
      case 58: o.containerResource = autoscalingV2ContainerResourceMetricSource(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function autoscalingV2MetricStatus(r: Reader, end: number): Fields {
  const o: Fields = { type: '', object: undefined, pods: undefined, resource: undefined, external: undefined, containerResource: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.type = r.string(); break;
      case 18: o.object = autoscalingV2ObjectMetricStatus(r, r.end()); break;
      case 26: o.pods = autoscalingV2PodsMetricStatus(r, r.end()); break;
      case 34: o.resource = autoscalingV2ResourceMetricStatus(r, r.end()); break;
      case 42: o.external = autoscalingV2ExternalMetricStatus(r, r.end()); break;
      case 58: o.containerResource = autoscalingV2ContainerResourceMetricStatus(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function autoscalingV2MetricTarget(r: Reader, end: number): Fields {
  const o: Fields = { type: '', value: undefined, averageValue: undefined, averageUtilization: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.type = r.string(); break;
      case 18: o.value = r.quantity(); break;
      case 26: o.averageValue = r.quantity(); break;
      case 32: o.averageUtilization = r.int32(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function autoscalingV2MetricValueStatus(r: Reader, end: number): Fields {
  const o: Fields = { value: undefined, averageValue: undefined, averageUtilization: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.value = r.quantity(); break;
      case 18: o.averageValue = r.quantity(); break;
      case 24: o.averageUtilization = r.int32(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function autoscalingV2ObjectMetricSource(r: Reader, end: number): Fields {
  const o: Fields = { target: undefined, metric: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 18: o.target = autoscalingV2MetricTarget(r, r.end()); break;
      case 26: o.metric = autoscalingV2MetricIdentifier(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function autoscalingV2ObjectMetricStatus(r: Reader, end: number): Fields {
  const o: Fields = { metric: undefined, current: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metric = autoscalingV2MetricIdentifier(r, r.end()); break;
      case 18: o.current = autoscalingV2MetricValueStatus(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function autoscalingV2PodsMetricSource(r: Reader, end: number): Fields {
  const o: Fields = { metric: undefined, target: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metric = autoscalingV2MetricIdentifier(r, r.end()); break;
      case 18: o.target = autoscalingV2MetricTarget(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function autoscalingV2PodsMetricStatus(r: Reader, end: number): Fields {
  const o: Fields = { metric: undefined, current: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metric = autoscalingV2MetricIdentifier(r, r.end()); break;
      case 18: o.current = autoscalingV2MetricValueStatus(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function autoscalingV2ResourceMetricSource(r: Reader, end: number): Fields {
  const o: Fields = { name: '', target: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.name = r.string(); break;
      case 18: o.target = autoscalingV2MetricTarget(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function autoscalingV2ResourceMetricStatus(r: Reader, end: number): Fields {
  const o: Fields = { name: '', current: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.name = r.string(); break;
      case 18: o.current = autoscalingV2MetricValueStatus(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function batchV1CronJob(r: Reader, end: number): Fields {
  const o: Fields = { metadata: undefined, spec: undefined, status: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metadata = metaV1ObjectMeta(r, r.end()); break;
      case 18: if (!r.skipSpec()) o.spec = batchV1CronJobSpec(r, r.end()); break;
      case 26: o.status = batchV1CronJobStatus(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function batchV1CronJobSpec(r: Reader, end: number): Fields {
  const o: Fields = { schedule: '', startingDeadlineSeconds: undefined, concurrencyPolicy: undefined, suspend: undefined, successfulJobsHistoryLimit: undefined, failedJobsHistoryLimit: undefined, timeZone: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.schedule = r.string(); break;
      case 16: o.startingDeadlineSeconds = r.int64(); break;
      case 26: o.concurrencyPolicy = r.string() || undefined; break;
      case 32: o.suspend = r.bool(); break;
      case 48: o.successfulJobsHistoryLimit = r.int32(); break;
      case 56: o.failedJobsHistoryLimit = r.int32(); break;
      case 66: o.timeZone = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function batchV1CronJobStatus(r: Reader, end: number): Fields {
  const o: Fields = { active: undefined, lastScheduleTime: undefined, lastSuccessfulTime: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.active = appended(o.active, coreV1ObjectReference(r, r.end())); break;
      case 34: o.lastScheduleTime = r.time(); break;
      case 42: o.lastSuccessfulTime = r.time(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function batchV1Job(r: Reader, end: number): Fields {
  const o: Fields = { metadata: undefined, spec: undefined, status: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metadata = metaV1ObjectMeta(r, r.end()); break;
      case 18: if (!r.skipSpec()) o.spec = batchV1JobSpec(r, r.end()); break;
      case 26: o.status = batchV1JobStatus(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function batchV1JobCondition(r: Reader, end: number): Fields {
  const o: Fields = { type: '', status: '', reason: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.type = r.string(); break;
      case 18: o.status = r.string(); break;
      case 42: o.reason = r.string() || undefined; break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function batchV1JobSpec(r: Reader, end: number): Fields {
  const o: Fields = { parallelism: undefined, completions: undefined, activeDeadlineSeconds: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 8: o.parallelism = r.int32(); break;
      case 16: o.completions = r.int32(); break;
      case 24: o.activeDeadlineSeconds = r.int64(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function batchV1JobStatus(r: Reader, end: number): Fields {
  const o: Fields = { conditions: undefined, startTime: undefined, completionTime: undefined, active: undefined, succeeded: undefined, failed: undefined, ready: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.conditions = appended(o.conditions, batchV1JobCondition(r, r.end())); break;
      case 18: o.startTime = r.time(); break;
      case 26: o.completionTime = r.time(); break;
      case 32: o.active = r.int32() || undefined; break;
      case 40: o.succeeded = r.int32() || undefined; break;
      case 48: o.failed = r.int32() || undefined; break;
      case 72: o.ready = r.int32(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function certificatesV1CertificateSigningRequest(r: Reader, end: number): Fields {
  const o: Fields = { metadata: undefined, spec: undefined, status: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metadata = metaV1ObjectMeta(r, r.end()); break;
      case 18: if (!r.skipSpec()) o.spec = certificatesV1CertificateSigningRequestSpec(r, r.end()); break;
      case 26: o.status = certificatesV1CertificateSigningRequestStatus(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function certificatesV1CertificateSigningRequestCondition(r: Reader, end: number): Fields {
  const o: Fields = { type: '', status: '' };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.type = r.string(); break;
      case 50: o.status = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function certificatesV1CertificateSigningRequestSpec(r: Reader, end: number): Fields {
  const o: Fields = { uid: undefined, signerName: '' };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 26: o.uid = r.string() || undefined; break;
      case 58: o.signerName = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function certificatesV1CertificateSigningRequestStatus(r: Reader, end: number): Fields {
  const o: Fields = { conditions: undefined, certificate: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.conditions = appended(o.conditions, certificatesV1CertificateSigningRequestCondition(r, r.end())); break;
      case 18: o.certificate = r.base64() || undefined; break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coordinationV1Lease(r: Reader, end: number): Fields {
  const o: Fields = { metadata: undefined, spec: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metadata = metaV1ObjectMeta(r, r.end()); break;
      case 18: if (!r.skipSpec()) o.spec = coordinationV1LeaseSpec(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coordinationV1LeaseSpec(r: Reader, end: number): Fields {
  const o: Fields = { holderIdentity: undefined, renewTime: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.holderIdentity = r.string(); break;
      case 34: o.renewTime = r.microTime(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1AWSElasticBlockStoreVolumeSource(r: Reader, end: number): Fields {
  const o: Fields = { volumeID: '', fsType: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.volumeID = r.string(); break;
      case 18: o.fsType = r.string() || undefined; break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1AzureDiskVolumeSource(r: Reader, end: number): Fields {
  const o: Fields = { diskName: '', fsType: undefined, kind: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.diskName = r.string(); break;
      case 34: o.fsType = r.string(); break;
      case 50: o.kind = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1CSIPersistentVolumeSource(r: Reader, end: number): Fields {
  const o: Fields = { driver: '', volumeHandle: '', fsType: undefined, volumeAttributes: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.driver = r.string(); break;
      case 18: o.volumeHandle = r.string(); break;
      case 34: o.fsType = r.string() || undefined; break;
      case 42: o.volumeAttributes = r.textEntry(o.volumeAttributes); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1ConfigMap(r: Reader, end: number): Fields {
  const o: Fields = { metadata: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metadata = metaV1ObjectMeta(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1Container(r: Reader, end: number): Fields {
  const o: Fields = { name: '', image: undefined, resources: undefined, restartPolicy: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.name = r.string(); break;
      case 18: o.image = r.string() || undefined; break;
      case 66: o.resources = coreV1ResourceRequirements(r, r.end()); break;
      case 194: o.restartPolicy = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1ContainerState(r: Reader, end: number): Fields {
  const o: Fields = { waiting: undefined, running: undefined, terminated: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.waiting = coreV1ContainerStateWaiting(r, r.end()); break;
      case 18: o.running = coreV1ContainerStateRunning(r, r.end()); break;
      case 26: o.terminated = coreV1ContainerStateTerminated(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1ContainerStateRunning(r: Reader, end: number): Fields {
  const o: Fields = { startedAt: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.startedAt = r.time(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1ContainerStateTerminated(r: Reader, end: number): Fields {
  const o: Fields = { exitCode: 0, signal: undefined, reason: undefined, startedAt: undefined, finishedAt: undefined, containerID: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 8: o.exitCode = r.int32(); break;
      case 16: o.signal = r.int32() || undefined; break;
      case 26: o.reason = r.string() || undefined; break;
      case 42: o.startedAt = r.time(); break;
      case 50: o.finishedAt = r.time(); break;
      case 58: o.containerID = r.string() || undefined; break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1ContainerStateWaiting(r: Reader, end: number): Fields {
  const o: Fields = { reason: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.reason = r.string() || undefined; break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1ContainerStatus(r: Reader, end: number): Fields {
  const o: Fields = { name: '', state: undefined, lastState: undefined, ready: false, restartCount: 0, image: '', imageID: '', containerID: undefined, started: undefined, allocatedResources: undefined, resources: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.name = r.string(); break;
      case 18: o.state = coreV1ContainerState(r, r.end()); break;
      case 26: o.lastState = coreV1ContainerState(r, r.end()); break;
      case 32: o.ready = r.bool(); break;
      case 40: o.restartCount = r.int32(); break;
      case 50: o.image = r.string(); break;
      case 58: o.imageID = r.string(); break;
      case 66: o.containerID = r.string() || undefined; break;
      case 72: o.started = r.bool(); break;
      case 82: o.allocatedResources = r.quantityEntry(o.allocatedResources); break;
      case 90: o.resources = coreV1ResourceRequirements(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1EndpointAddress(r: Reader, end: number): Fields {
  const o: Fields = { ip: '' };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.ip = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1EndpointPort(r: Reader, end: number): Fields {
  const o: Fields = { name: undefined, port: 0, protocol: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.name = r.string() || undefined; break;
      case 16: o.port = r.int32(); break;
      case 26: o.protocol = r.string() || undefined; break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1EndpointSubset(r: Reader, end: number): Fields {
  const o: Fields = { addresses: undefined, notReadyAddresses: undefined, ports: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.addresses = appended(o.addresses, coreV1EndpointAddress(r, r.end())); break;
      case 18: o.notReadyAddresses = appended(o.notReadyAddresses, coreV1EndpointAddress(r, r.end())); break;
      case 26: o.ports = appended(o.ports, coreV1EndpointPort(r, r.end())); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1Endpoints(r: Reader, end: number): Fields {
  const o: Fields = { metadata: undefined, subsets: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metadata = metaV1ObjectMeta(r, r.end()); break;
      case 18: o.subsets = appended(o.subsets, coreV1EndpointSubset(r, r.end())); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1EphemeralVolumeSource(r: Reader, end: number): Fields {
  const o: Fields = {  };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1FCVolumeSource(r: Reader, end: number): Fields {
  const o: Fields = { targetWWNs: undefined, lun: undefined, fsType: undefined, wwids: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.targetWWNs = appended(o.targetWWNs, r.string()); break;
      case 16: o.lun = r.int32(); break;
      case 26: o.fsType = r.string() || undefined; break;
      case 42: o.wwids = appended(o.wwids, r.string()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1GCEPersistentDiskVolumeSource(r: Reader, end: number): Fields {
  const o: Fields = { pdName: '', fsType: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.pdName = r.string(); break;
      case 18: o.fsType = r.string() || undefined; break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1HostPathVolumeSource(r: Reader, end: number): Fields {
  const o: Fields = { path: '', type: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.path = r.string(); break;
      case 18: o.type = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1ISCSIPersistentVolumeSource(r: Reader, end: number): Fields {
  const o: Fields = { targetPortal: '', iqn: '', lun: 0, fsType: undefined, initiatorName: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.targetPortal = r.string(); break;
      case 18: o.iqn = r.string(); break;
      case 24: o.lun = r.int32(); break;
      case 42: o.fsType = r.string() || undefined; break;
      case 98: o.initiatorName = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1ImageVolumeSource(r: Reader, end: number): Fields {
  const o: Fields = {  };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1LimitRange(r: Reader, end: number): Fields {
  const o: Fields = { metadata: undefined, spec: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metadata = metaV1ObjectMeta(r, r.end()); break;
      case 18: if (!r.skipSpec()) o.spec = coreV1LimitRangeSpec(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1LimitRangeItem(r: Reader, end: number): Fields {
  const o: Fields = { type: '', max: undefined, min: undefined, default: undefined, defaultRequest: undefined, maxLimitRequestRatio: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.type = r.string(); break;
      case 18: o.max = r.quantityEntry(o.max); break;
      case 26: o.min = r.quantityEntry(o.min); break;
      case 34: o.default = r.quantityEntry(o.default); break;
      case 42: o.defaultRequest = r.quantityEntry(o.defaultRequest); break;
      case 50: o.maxLimitRequestRatio = r.quantityEntry(o.maxLimitRequestRatio); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1LimitRangeSpec(r: Reader, end: number): Fields {
  const o: Fields = { limits: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.limits = appended(o.limits, coreV1LimitRangeItem(r, r.end())); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1LoadBalancerIngress(r: Reader, end: number): Fields {
  const o: Fields = { ip: undefined, hostname: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.ip = r.string() || undefined; break;
      case 18: o.hostname = r.string() || undefined; break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1LoadBalancerStatus(r: Reader, end: number): Fields {
  const o: Fields = { ingress: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.ingress = appended(o.ingress, coreV1LoadBalancerIngress(r, r.end())); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1LocalObjectReference(r: Reader, end: number): Fields {
  const o: Fields = { name: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.name = r.string() || undefined; break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1LocalVolumeSource(r: Reader, end: number): Fields {
  const o: Fields = { path: '', fsType: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.path = r.string(); break;
      case 18: o.fsType = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1NFSVolumeSource(r: Reader, end: number): Fields {
  const o: Fields = { server: '', path: '' };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.server = r.string(); break;
      case 18: o.path = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1Namespace(r: Reader, end: number): Fields {
  const o: Fields = { metadata: undefined, spec: undefined, status: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metadata = metaV1ObjectMeta(r, r.end()); break;
      case 18: if (!r.skipSpec()) o.spec = coreV1NamespaceSpec(r, r.end()); break;
      case 26: o.status = coreV1NamespaceStatus(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1NamespaceCondition(r: Reader, end: number): Fields {
  const o: Fields = { type: '', status: '' };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.type = r.string(); break;
      case 18: o.status = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1NamespaceSpec(r: Reader, end: number): Fields {
  const o: Fields = {  };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1NamespaceStatus(r: Reader, end: number): Fields {
  const o: Fields = { phase: undefined, conditions: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.phase = r.string() || undefined; break;
      case 18: o.conditions = appended(o.conditions, coreV1NamespaceCondition(r, r.end())); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1Node(r: Reader, end: number): Fields {
  const o: Fields = { metadata: undefined, spec: undefined, status: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metadata = metaV1ObjectMeta(r, r.end()); break;
      case 18: if (!r.skipSpec()) o.spec = coreV1NodeSpec(r, r.end()); break;
      case 26: o.status = coreV1NodeStatus(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1NodeAddress(r: Reader, end: number): Fields {
  const o: Fields = { type: '', address: '' };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.type = r.string(); break;
      case 18: o.address = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1NodeCondition(r: Reader, end: number): Fields {
  const o: Fields = { type: '', status: '' };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.type = r.string(); break;
      case 18: o.status = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1NodeSpec(r: Reader, end: number): Fields {
  const o: Fields = { podCIDR: undefined, providerID: undefined, unschedulable: undefined, taints: undefined, podCIDRs: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.podCIDR = r.string() || undefined; break;
      case 26: o.providerID = r.string() || undefined; break;
      case 32: o.unschedulable = r.bool() || undefined; break;
      case 42: o.taints = appended(o.taints, coreV1Taint(r, r.end())); break;
      case 58: o.podCIDRs = appended(o.podCIDRs, r.string()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1NodeStatus(r: Reader, end: number): Fields {
  const o: Fields = { capacity: undefined, allocatable: undefined, conditions: undefined, addresses: undefined, nodeInfo: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.capacity = r.quantityEntry(o.capacity); break;
      case 18: o.allocatable = r.quantityEntry(o.allocatable); break;
      case 34: o.conditions = appended(o.conditions, coreV1NodeCondition(r, r.end())); break;
      case 42: o.addresses = appended(o.addresses, coreV1NodeAddress(r, r.end())); break;
      case 58: o.nodeInfo = coreV1NodeSystemInfo(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1NodeSystemInfo(r: Reader, end: number): Fields {
  const o: Fields = { systemUUID: '', kernelVersion: '', osImage: '', containerRuntimeVersion: '', kubeletVersion: '' };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 18: o.systemUUID = r.string(); break;
      case 34: o.kernelVersion = r.string(); break;
      case 42: o.osImage = r.string(); break;
      case 50: o.containerRuntimeVersion = r.string(); break;
      case 58: o.kubeletVersion = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1ObjectReference(r: Reader, end: number): Fields {
  const o: Fields = { kind: undefined, namespace: undefined, name: undefined, uid: undefined, resourceVersion: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.kind = r.string() || undefined; break;
      case 18: o.namespace = r.string() || undefined; break;
      case 26: o.name = r.string() || undefined; break;
      case 34: o.uid = r.string() || undefined; break;
      case 50: o.resourceVersion = r.string() || undefined; break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1PersistentVolume(r: Reader, end: number): Fields {
  const o: Fields = { metadata: undefined, spec: undefined, status: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metadata = metaV1ObjectMeta(r, r.end()); break;
      case 18: if (!r.skipSpec()) o.spec = coreV1PersistentVolumeSpec(r, r.end()); break;
      case 26: o.status = coreV1PersistentVolumeStatus(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1PersistentVolumeClaim(r: Reader, end: number): Fields {
  const o: Fields = { metadata: undefined, spec: undefined, status: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metadata = metaV1ObjectMeta(r, r.end()); break;
      case 18: if (!r.skipSpec()) o.spec = coreV1PersistentVolumeClaimSpec(r, r.end()); break;
      case 26: o.status = coreV1PersistentVolumeClaimStatus(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1PersistentVolumeClaimCondition(r: Reader, end: number): Fields {
  const o: Fields = { type: '', status: '' };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.type = r.string(); break;
      case 18: o.status = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1PersistentVolumeClaimSpec(r: Reader, end: number): Fields {
  const o: Fields = { accessModes: undefined, resources: undefined, volumeName: undefined, storageClassName: undefined, volumeMode: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.accessModes = appended(o.accessModes, r.string()); break;
      case 18: o.resources = coreV1VolumeResourceRequirements(r, r.end()); break;
      case 26: o.volumeName = r.string() || undefined; break;
      case 42: o.storageClassName = r.string(); break;
      case 50: o.volumeMode = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1PersistentVolumeClaimStatus(r: Reader, end: number): Fields {
  const o: Fields = { phase: undefined, accessModes: undefined, conditions: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.phase = r.string() || undefined; break;
      case 18: o.accessModes = appended(o.accessModes, r.string()); break;
      case 34: o.conditions = appended(o.conditions, coreV1PersistentVolumeClaimCondition(r, r.end())); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1PersistentVolumeClaimVolumeSource(r: Reader, end: number): Fields {
  const o: Fields = { claimName: '', readOnly: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.claimName = r.string(); break;
      case 16: o.readOnly = r.bool() || undefined; break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1PersistentVolumeSpec(r: Reader, end: number): Fields {
  const o: Fields = { capacity: undefined, gcePersistentDisk: undefined, awsElasticBlockStore: undefined, hostPath: undefined, nfs: undefined, iscsi: undefined, fc: undefined, azureDisk: undefined, local: undefined, csi: undefined, accessModes: undefined, claimRef: undefined, persistentVolumeReclaimPolicy: undefined, storageClassName: undefined, volumeMode: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.capacity = r.quantityEntry(o.capacity); break;
      case 18: coreV1PersistentVolumeSourceInto(o, r, r.end()); break;
      case 26: o.accessModes = appended(o.accessModes, r.string()); break;
      case 34: o.claimRef = coreV1ObjectReference(r, r.end()); break;
      case 42: o.persistentVolumeReclaimPolicy = r.string() || undefined; break;
      case 50: o.storageClassName = r.string() || undefined; break;
      case 66: o.volumeMode = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1PersistentVolumeStatus(r: Reader, end: number): Fields {
  const o: Fields = { phase: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.phase = r.string() || undefined; break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1Pod(r: Reader, end: number): Fields {
  const o: Fields = { metadata: undefined, spec: undefined, status: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metadata = metaV1ObjectMeta(r, r.end()); break;
      case 18: if (!r.skipSpec()) o.spec = coreV1PodSpec(r, r.end()); break;
      case 26: o.status = coreV1PodStatus(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1PodCondition(r: Reader, end: number): Fields {
  const o: Fields = { type: '', status: '', lastTransitionTime: undefined, reason: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.type = r.string(); break;
      case 18: o.status = r.string(); break;
      case 34: o.lastTransitionTime = r.time(); break;
      case 42: o.reason = r.string() || undefined; break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1PodIP(r: Reader, end: number): Fields {
  const o: Fields = { ip: '' };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.ip = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1PodResourceClaim(r: Reader, end: number): Fields {
  const o: Fields = { name: '', resourceClaimName: undefined, resourceClaimTemplateName: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.name = r.string(); break;
      case 26: o.resourceClaimName = r.string(); break;
      case 34: o.resourceClaimTemplateName = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1PodResourceClaimStatus(r: Reader, end: number): Fields {
  const o: Fields = { name: '', resourceClaimName: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.name = r.string(); break;
      case 18: o.resourceClaimName = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1PodSpec(r: Reader, end: number): Fields {
  const o: Fields = { volumes: undefined, containers: undefined, restartPolicy: undefined, nodeSelector: undefined, serviceAccountName: undefined, nodeName: undefined, hostNetwork: undefined, schedulerName: undefined, initContainers: undefined, tolerations: undefined, priorityClassName: undefined, priority: undefined, runtimeClassName: undefined, overhead: undefined, resourceClaims: undefined, resources: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.volumes = appended(o.volumes, coreV1Volume(r, r.end())); break;
      case 18: o.containers = appended(o.containers, coreV1Container(r, r.end())); break;
      case 26: o.restartPolicy = r.string() || undefined; break;
      case 58: o.nodeSelector = r.textEntry(o.nodeSelector); break;
      case 66: o.serviceAccountName = r.string() || undefined; break;
      case 82: o.nodeName = r.string() || undefined; break;
      case 88: o.hostNetwork = r.bool() || undefined; break;
      case 154: o.schedulerName = r.string() || undefined; break;
      case 162: o.initContainers = appended(o.initContainers, coreV1Container(r, r.end())); break;
      case 178: o.tolerations = appended(o.tolerations, coreV1Toleration(r, r.end())); break;
      case 194: o.priorityClassName = r.string() || undefined; break;
      case 200: o.priority = r.int32(); break;
      case 234: o.runtimeClassName = r.string(); break;
      case 258: o.overhead = r.quantityEntry(o.overhead); break;
      case 314: o.resourceClaims = appended(o.resourceClaims, coreV1PodResourceClaim(r, r.end())); break;
      case 322: o.resources = coreV1ResourceRequirements(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1PodStatus(r: Reader, end: number): Fields {
  const o: Fields = { phase: undefined, conditions: undefined, reason: undefined, hostIP: undefined, podIP: undefined, startTime: undefined, containerStatuses: undefined, qosClass: undefined, initContainerStatuses: undefined, podIPs: undefined, resourceClaimStatuses: undefined, allocatedResources: undefined, resources: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.phase = r.string() || undefined; break;
      case 18: o.conditions = appended(o.conditions, coreV1PodCondition(r, r.end())); break;
      case 34: o.reason = r.string() || undefined; break;
      case 42: o.hostIP = r.string() || undefined; break;
      case 50: o.podIP = r.string() || undefined; break;
      case 58: o.startTime = r.time(); break;
      case 66: o.containerStatuses = appended(o.containerStatuses, coreV1ContainerStatus(r, r.end())); break;
      case 74: o.qosClass = r.string() || undefined; break;
      case 82: o.initContainerStatuses = appended(o.initContainerStatuses, coreV1ContainerStatus(r, r.end())); break;
      case 98: o.podIPs = appended(o.podIPs, coreV1PodIP(r, r.end())); break;
      case 122: o.resourceClaimStatuses = appended(o.resourceClaimStatuses, coreV1PodResourceClaimStatus(r, r.end())); break;
      case 154: o.allocatedResources = r.quantityEntry(o.allocatedResources); break;
      case 162: o.resources = coreV1ResourceRequirements(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1ReplicationController(r: Reader, end: number): Fields {
  const o: Fields = { metadata: undefined, spec: undefined, status: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metadata = metaV1ObjectMeta(r, r.end()); break;
      case 18: if (!r.skipSpec()) o.spec = coreV1ReplicationControllerSpec(r, r.end()); break;
      case 26: o.status = coreV1ReplicationControllerStatus(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1ReplicationControllerSpec(r: Reader, end: number): Fields {
  const o: Fields = { replicas: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 8: o.replicas = r.int32(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1ReplicationControllerStatus(r: Reader, end: number): Fields {
  const o: Fields = { replicas: 0, fullyLabeledReplicas: undefined, observedGeneration: undefined, readyReplicas: undefined, availableReplicas: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 8: o.replicas = r.int32(); break;
      case 16: o.fullyLabeledReplicas = r.int32() || undefined; break;
      case 24: o.observedGeneration = r.int64() || undefined; break;
      case 32: o.readyReplicas = r.int32() || undefined; break;
      case 40: o.availableReplicas = r.int32() || undefined; break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1ResourceClaim(r: Reader, end: number): Fields {
  const o: Fields = { name: '' };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.name = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1ResourceQuota(r: Reader, end: number): Fields {
  const o: Fields = { metadata: undefined, spec: undefined, status: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metadata = metaV1ObjectMeta(r, r.end()); break;
      case 18: if (!r.skipSpec()) o.spec = coreV1ResourceQuotaSpec(r, r.end()); break;
      case 26: o.status = coreV1ResourceQuotaStatus(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1ResourceQuotaSpec(r: Reader, end: number): Fields {
  const o: Fields = { hard: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.hard = r.quantityEntry(o.hard); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1ResourceQuotaStatus(r: Reader, end: number): Fields {
  const o: Fields = { hard: undefined, used: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.hard = r.quantityEntry(o.hard); break;
      case 18: o.used = r.quantityEntry(o.used); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1ResourceRequirements(r: Reader, end: number): Fields {
  const o: Fields = { limits: undefined, requests: undefined, claims: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.limits = r.quantityEntry(o.limits); break;
      case 18: o.requests = r.quantityEntry(o.requests); break;
      case 26: o.claims = appended(o.claims, coreV1ResourceClaim(r, r.end())); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1Service(r: Reader, end: number): Fields {
  const o: Fields = { metadata: undefined, spec: undefined, status: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metadata = metaV1ObjectMeta(r, r.end()); break;
      case 18: if (!r.skipSpec()) o.spec = coreV1ServiceSpec(r, r.end()); break;
      case 26: o.status = coreV1ServiceStatus(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1ServiceAccount(r: Reader, end: number): Fields {
  const o: Fields = { metadata: undefined, secrets: undefined, imagePullSecrets: undefined, automountServiceAccountToken: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metadata = metaV1ObjectMeta(r, r.end()); break;
      case 18: o.secrets = appended(o.secrets, coreV1ObjectReference(r, r.end())); break;
      case 26: o.imagePullSecrets = appended(o.imagePullSecrets, coreV1LocalObjectReference(r, r.end())); break;
      case 32: o.automountServiceAccountToken = r.bool(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1ServiceSpec(r: Reader, end: number): Fields {
  const o: Fields = { clusterIP: undefined, type: undefined, externalIPs: undefined, loadBalancerIP: undefined, externalName: undefined, externalTrafficPolicy: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 26: o.clusterIP = r.string() || undefined; break;
      case 34: o.type = r.string() || undefined; break;
      case 42: o.externalIPs = appended(o.externalIPs, r.string()); break;
      case 66: o.loadBalancerIP = r.string() || undefined; break;
      case 82: o.externalName = r.string() || undefined; break;
      case 90: o.externalTrafficPolicy = r.string() || undefined; break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1ServiceStatus(r: Reader, end: number): Fields {
  const o: Fields = { loadBalancer: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.loadBalancer = coreV1LoadBalancerStatus(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1Taint(r: Reader, end: number): Fields {
  const o: Fields = { key: '', value: undefined, effect: '' };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.key = r.string(); break;
      case 18: o.value = r.string() || undefined; break;
      case 26: o.effect = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1Toleration(r: Reader, end: number): Fields {
  const o: Fields = { key: undefined, operator: undefined, value: undefined, effect: undefined, tolerationSeconds: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.key = r.string() || undefined; break;
      case 18: o.operator = r.string() || undefined; break;
      case 26: o.value = r.string() || undefined; break;
      case 34: o.effect = r.string() || undefined; break;
      case 40: o.tolerationSeconds = r.exactInt64(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1TypedLocalObjectReference(r: Reader, end: number): Fields {
  const o: Fields = { apiGroup: undefined, kind: '', name: '' };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.apiGroup = r.string(); break;
      case 18: o.kind = r.string(); break;
      case 26: o.name = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1Volume(r: Reader, end: number): Fields {
  const o: Fields = { name: '', persistentVolumeClaim: undefined, ephemeral: undefined, image: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.name = r.string(); break;
      case 18: coreV1VolumeSourceInto(o, r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1VolumeResourceRequirements(r: Reader, end: number): Fields {
  const o: Fields = { requests: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 18: o.requests = r.quantityEntry(o.requests); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function discoveryV1Endpoint(r: Reader, end: number): Fields {
  const o: Fields = { addresses: undefined, conditions: undefined, hostname: undefined, targetRef: undefined, nodeName: undefined, zone: undefined, hints: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.addresses = appended(o.addresses, r.string()); break;
      case 18: o.conditions = discoveryV1EndpointConditions(r, r.end()); break;
      case 26: o.hostname = r.string(); break;
      case 34: o.targetRef = coreV1ObjectReference(r, r.end()); break;
      case 50: o.nodeName = r.string(); break;
      case 58: o.zone = r.string(); break;
      case 66: o.hints = discoveryV1EndpointHints(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function discoveryV1EndpointConditions(r: Reader, end: number): Fields {
  const o: Fields = { ready: undefined, serving: undefined, terminating: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 8: o.ready = r.bool(); break;
      case 16: o.serving = r.bool(); break;
      case 24: o.terminating = r.bool(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function discoveryV1EndpointHints(r: Reader, end: number): Fields {
  const o: Fields = { forZones: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.forZones = appended(o.forZones, discoveryV1ForZone(r, r.end())); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function discoveryV1EndpointPort(r: Reader, end: number): Fields {
  const o: Fields = { name: undefined, protocol: undefined, port: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.name = r.string(); break;
      case 18: o.protocol = r.string(); break;
      case 24: o.port = r.int32(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function discoveryV1EndpointSlice(r: Reader, end: number): Fields {
  const o: Fields = { metadata: undefined, endpoints: undefined, ports: undefined, addressType: '' };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metadata = metaV1ObjectMeta(r, r.end()); break;
      case 18: o.endpoints = appended(o.endpoints, discoveryV1Endpoint(r, r.end())); break;
      case 26: o.ports = appended(o.ports, discoveryV1EndpointPort(r, r.end())); break;
      case 34: o.addressType = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function discoveryV1ForZone(r: Reader, end: number): Fields {
  const o: Fields = { name: '' };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.name = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function eventsV1Event(r: Reader, end: number): Fields {
  const o: Fields = { metadata: undefined, series: undefined, reason: undefined, regarding: undefined, type: undefined, deprecatedCount: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metadata = metaV1ObjectMeta(r, r.end()); break;
      case 26: o.series = eventsV1EventSeries(r, r.end()); break;
      case 58: o.reason = r.string() || undefined; break;
      case 66: o.regarding = coreV1ObjectReference(r, r.end()); break;
      case 90: o.type = r.string() || undefined; break;
      case 120: o.deprecatedCount = r.int32() || undefined; break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function eventsV1EventSeries(r: Reader, end: number): Fields {
  const o: Fields = { count: 0 };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 8: o.count = r.int32(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function metaV1ListMeta(r: Reader, end: number): Fields {
  const o: Fields = { selfLink: undefined, resourceVersion: undefined, continue: undefined, remainingItemCount: undefined, shardInfo: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.selfLink = r.string() || undefined; break;
      case 18: o.resourceVersion = r.string() || undefined; break;
      case 26: o.continue = r.string() || undefined; break;
      case 32: o.remainingItemCount = r.int64(); break;
      case 42: o.shardInfo = metaV1ShardInfo(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function metaV1ObjectMeta(r: Reader, end: number): Fields {
  const o: Fields = { name: undefined, namespace: undefined, uid: undefined, resourceVersion: undefined, generation: undefined, creationTimestamp: undefined, deletionTimestamp: undefined, labels: undefined, annotations: undefined, ownerReferences: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.name = r.string() || undefined; break;
      case 26: o.namespace = r.string() || undefined; break;
      case 42: o.uid = r.string() || undefined; break;
      case 50: o.resourceVersion = r.string() || undefined; break;
      case 56: o.generation = r.int64() || undefined; break;
      case 66: o.creationTimestamp = r.time(); break;
      case 74: o.deletionTimestamp = r.time(); break;
      case 90: o.labels = r.textEntry(o.labels); break;
      case 98: o.annotations = r.textEntry(o.annotations); break;
      case 106: o.ownerReferences = appended(o.ownerReferences, metaV1OwnerReference(r, r.end())); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function metaV1OwnerReference(r: Reader, end: number): Fields {
  const o: Fields = { kind: '', name: '', uid: '', apiVersion: '', controller: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.kind = r.string(); break;
      case 26: o.name = r.string(); break;
      case 34: o.uid = r.string(); break;
      case 42: o.apiVersion = r.string(); break;
      case 48: o.controller = r.bool(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function metaV1ShardInfo(r: Reader, end: number): Fields {
  const o: Fields = { selector: '' };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.selector = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function metaV1Status(r: Reader, end: number): Fields {
  const o: Fields = { metadata: undefined, status: undefined, message: undefined, reason: undefined, details: undefined, code: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metadata = metaV1ListMeta(r, r.end()); break;
      case 18: o.status = r.string() || undefined; break;
      case 26: o.message = r.string() || undefined; break;
      case 34: o.reason = r.string() || undefined; break;
      case 42: o.details = metaV1StatusDetails(r, r.end()); break;
      case 48: o.code = r.int32() || undefined; break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function metaV1StatusCause(r: Reader, end: number): Fields {
  const o: Fields = { reason: undefined, message: undefined, field: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.reason = r.string() || undefined; break;
      case 18: o.message = r.string() || undefined; break;
      case 26: o.field = r.string() || undefined; break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function metaV1StatusDetails(r: Reader, end: number): Fields {
  const o: Fields = { name: undefined, group: undefined, kind: undefined, causes: undefined, retryAfterSeconds: undefined, uid: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.name = r.string() || undefined; break;
      case 18: o.group = r.string() || undefined; break;
      case 26: o.kind = r.string() || undefined; break;
      case 34: o.causes = appended(o.causes, metaV1StatusCause(r, r.end())); break;
      case 40: o.retryAfterSeconds = r.int32() || undefined; break;
      case 50: o.uid = r.string() || undefined; break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function networkingV1HTTPIngressPath(r: Reader, end: number): Fields {
  const o: Fields = { path: undefined, backend: undefined, pathType: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.path = r.string() || undefined; break;
      case 18: o.backend = networkingV1IngressBackend(r, r.end()); break;
      case 26: o.pathType = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function networkingV1HTTPIngressRuleValue(r: Reader, end: number): Fields {
  const o: Fields = { paths: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.paths = appended(o.paths, networkingV1HTTPIngressPath(r, r.end())); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function networkingV1Ingress(r: Reader, end: number): Fields {
  const o: Fields = { metadata: undefined, spec: undefined, status: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metadata = metaV1ObjectMeta(r, r.end()); break;
      case 18: if (!r.skipSpec()) o.spec = networkingV1IngressSpec(r, r.end()); break;
      case 26: o.status = networkingV1IngressStatus(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function networkingV1IngressBackend(r: Reader, end: number): Fields {
  const o: Fields = { resource: undefined, service: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 26: o.resource = coreV1TypedLocalObjectReference(r, r.end()); break;
      case 34: o.service = networkingV1IngressServiceBackend(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function networkingV1IngressClass(r: Reader, end: number): Fields {
  const o: Fields = { metadata: undefined, spec: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metadata = metaV1ObjectMeta(r, r.end()); break;
      case 18: if (!r.skipSpec()) o.spec = networkingV1IngressClassSpec(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function networkingV1IngressClassSpec(r: Reader, end: number): Fields {
  const o: Fields = { controller: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.controller = r.string() || undefined; break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function networkingV1IngressRule(r: Reader, end: number): Fields {
  const o: Fields = { host: undefined, http: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.host = r.string() || undefined; break;
      case 18: networkingV1IngressRuleValueInto(o, r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function networkingV1IngressServiceBackend(r: Reader, end: number): Fields {
  const o: Fields = { name: '', port: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.name = r.string(); break;
      case 18: o.port = networkingV1ServiceBackendPort(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function networkingV1IngressSpec(r: Reader, end: number): Fields {
  const o: Fields = { tls: undefined, rules: undefined, ingressClassName: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 18: o.tls = appended(o.tls, networkingV1IngressTLS(r, r.end())); break;
      case 26: o.rules = appended(o.rules, networkingV1IngressRule(r, r.end())); break;
      case 34: o.ingressClassName = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function networkingV1IngressStatus(r: Reader, end: number): Fields {
  const o: Fields = {  };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function networkingV1IngressTLS(r: Reader, end: number): Fields {
  const o: Fields = { hosts: undefined, secretName: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.hosts = appended(o.hosts, r.string()); break;
      case 18: o.secretName = r.string() || undefined; break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function networkingV1NetworkPolicy(r: Reader, end: number): Fields {
  const o: Fields = { metadata: undefined, spec: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metadata = metaV1ObjectMeta(r, r.end()); break;
      case 18: if (!r.skipSpec()) o.spec = networkingV1NetworkPolicySpec(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function networkingV1NetworkPolicyEgressRule(r: Reader, end: number): Fields {
  const o: Fields = {  };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function networkingV1NetworkPolicyIngressRule(r: Reader, end: number): Fields {
  const o: Fields = { from: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 18: o.from = appended(o.from, networkingV1NetworkPolicyPeer(r, r.end())); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function networkingV1NetworkPolicyPeer(r: Reader, end: number): Fields {
  const o: Fields = {  };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function networkingV1NetworkPolicySpec(r: Reader, end: number): Fields {
  const o: Fields = { ingress: undefined, egress: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 18: o.ingress = appended(o.ingress, networkingV1NetworkPolicyIngressRule(r, r.end())); break;
      case 26: o.egress = appended(o.egress, networkingV1NetworkPolicyEgressRule(r, r.end())); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function networkingV1ServiceBackendPort(r: Reader, end: number): Fields {
  const o: Fields = { name: undefined, number: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.name = r.string() || undefined; break;
      case 16: o.number = r.int32() || undefined; break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function policyV1PodDisruptionBudget(r: Reader, end: number): Fields {
  const o: Fields = { metadata: undefined, spec: undefined, status: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metadata = metaV1ObjectMeta(r, r.end()); break;
      case 18: if (!r.skipSpec()) o.spec = policyV1PodDisruptionBudgetSpec(r, r.end()); break;
      case 26: o.status = policyV1PodDisruptionBudgetStatus(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function policyV1PodDisruptionBudgetSpec(r: Reader, end: number): Fields {
  const o: Fields = {  };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function policyV1PodDisruptionBudgetStatus(r: Reader, end: number): Fields {
  const o: Fields = { observedGeneration: undefined, disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 8: o.observedGeneration = r.int64() || undefined; break;
      case 24: o.disruptionsAllowed = r.int32(); break;
      case 32: o.currentHealthy = r.int32(); break;
      case 40: o.desiredHealthy = r.int32(); break;
      case 48: o.expectedPods = r.int32(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function rbacV1ClusterRole(r: Reader, end: number): Fields {
  const o: Fields = { metadata: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metadata = metaV1ObjectMeta(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function rbacV1ClusterRoleBinding(r: Reader, end: number): Fields {
  const o: Fields = { metadata: undefined, roleRef: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metadata = metaV1ObjectMeta(r, r.end()); break;
      case 26: o.roleRef = rbacV1RoleRef(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function rbacV1Role(r: Reader, end: number): Fields {
  const o: Fields = { metadata: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metadata = metaV1ObjectMeta(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function rbacV1RoleBinding(r: Reader, end: number): Fields {
  const o: Fields = { metadata: undefined, roleRef: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metadata = metaV1ObjectMeta(r, r.end()); break;
      case 26: o.roleRef = rbacV1RoleRef(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function rbacV1RoleRef(r: Reader, end: number): Fields {
  const o: Fields = { kind: '', name: '' };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 18: o.kind = r.string(); break;
      case 26: o.name = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function resourceV1AllocatedDeviceStatus(r: Reader, end: number): Fields {
  const o: Fields = { driver: '', pool: '', device: '' };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.driver = r.string(); break;
      case 18: o.pool = r.string(); break;
      case 26: o.device = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function resourceV1AllocationResult(r: Reader, end: number): Fields {
  const o: Fields = { devices: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.devices = resourceV1DeviceAllocationResult(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function resourceV1Device(r: Reader, end: number): Fields {
  const o: Fields = { name: '', nodeName: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.name = r.string(); break;
      case 42: o.nodeName = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function resourceV1DeviceAllocationResult(r: Reader, end: number): Fields {
  const o: Fields = { results: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.results = appended(o.results, resourceV1DeviceRequestAllocationResult(r, r.end())); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function resourceV1DeviceClaim(r: Reader, end: number): Fields {
  const o: Fields = {  };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function resourceV1DeviceClass(r: Reader, end: number): Fields {
  const o: Fields = { metadata: undefined, spec: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metadata = metaV1ObjectMeta(r, r.end()); break;
      case 18: if (!r.skipSpec()) o.spec = resourceV1DeviceClassSpec(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function resourceV1DeviceClassSpec(r: Reader, end: number): Fields {
  const o: Fields = { extendedResourceName: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 34: o.extendedResourceName = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function resourceV1DeviceRequestAllocationResult(r: Reader, end: number): Fields {
  const o: Fields = { driver: '', pool: '', device: '' };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 18: o.driver = r.string(); break;
      case 26: o.pool = r.string(); break;
      case 34: o.device = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function resourceV1ResourceClaim(r: Reader, end: number): Fields {
  const o: Fields = { metadata: undefined, spec: undefined, status: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metadata = metaV1ObjectMeta(r, r.end()); break;
      case 18: if (!r.skipSpec()) o.spec = resourceV1ResourceClaimSpec(r, r.end()); break;
      case 26: o.status = resourceV1ResourceClaimStatus(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function resourceV1ResourceClaimConsumerReference(r: Reader, end: number): Fields {
  const o: Fields = { apiGroup: undefined, resource: '', name: '', uid: '' };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.apiGroup = r.string() || undefined; break;
      case 26: o.resource = r.string(); break;
      case 34: o.name = r.string(); break;
      case 42: o.uid = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function resourceV1ResourceClaimSpec(r: Reader, end: number): Fields {
  const o: Fields = { devices: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.devices = resourceV1DeviceClaim(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function resourceV1ResourceClaimStatus(r: Reader, end: number): Fields {
  const o: Fields = { allocation: undefined, reservedFor: undefined, devices: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.allocation = resourceV1AllocationResult(r, r.end()); break;
      case 18: o.reservedFor = appended(o.reservedFor, resourceV1ResourceClaimConsumerReference(r, r.end())); break;
      case 34: o.devices = appended(o.devices, resourceV1AllocatedDeviceStatus(r, r.end())); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function resourceV1ResourcePool(r: Reader, end: number): Fields {
  const o: Fields = { name: '', generation: 0 };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.name = r.string(); break;
      case 16: o.generation = r.int64(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function resourceV1ResourceSlice(r: Reader, end: number): Fields {
  const o: Fields = { metadata: undefined, spec: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metadata = metaV1ObjectMeta(r, r.end()); break;
      case 18: if (!r.skipSpec()) o.spec = resourceV1ResourceSliceSpec(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function resourceV1ResourceSliceSpec(r: Reader, end: number): Fields {
  const o: Fields = { driver: '', pool: undefined, nodeName: undefined, devices: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.driver = r.string(); break;
      case 18: o.pool = resourceV1ResourcePool(r, r.end()); break;
      case 26: o.nodeName = r.string(); break;
      case 50: o.devices = appended(o.devices, resourceV1Device(r, r.end())); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function storageV1StorageClass(r: Reader, end: number): Fields {
  const o: Fields = { metadata: undefined, provisioner: '', reclaimPolicy: undefined, volumeBindingMode: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metadata = metaV1ObjectMeta(r, r.end()); break;
      case 18: o.provisioner = r.string(); break;
      case 34: o.reclaimPolicy = r.string(); break;
      case 58: o.volumeBindingMode = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function storageV1VolumeAttachment(r: Reader, end: number): Fields {
  const o: Fields = { metadata: undefined, spec: undefined, status: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.metadata = metaV1ObjectMeta(r, r.end()); break;
      case 18: if (!r.skipSpec()) o.spec = storageV1VolumeAttachmentSpec(r, r.end()); break;
      case 26: o.status = storageV1VolumeAttachmentStatus(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function storageV1VolumeAttachmentSource(r: Reader, end: number): Fields {
  const o: Fields = { persistentVolumeName: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.persistentVolumeName = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function storageV1VolumeAttachmentSpec(r: Reader, end: number): Fields {
  const o: Fields = { attacher: '', source: undefined, nodeName: '' };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.attacher = r.string(); break;
      case 18: o.source = storageV1VolumeAttachmentSource(r, r.end()); break;
      case 26: o.nodeName = r.string(); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function storageV1VolumeAttachmentStatus(r: Reader, end: number): Fields {
  const o: Fields = { attached: false, attachmentMetadata: undefined };
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 8: o.attached = r.bool(); break;
      case 18: o.attachmentMetadata = r.textEntry(o.attachmentMetadata); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
  return o;
}

function coreV1PersistentVolumeSourceInto(o: Fields, r: Reader, end: number): void {
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.gcePersistentDisk = coreV1GCEPersistentDiskVolumeSource(r, r.end()); break;
      case 18: o.awsElasticBlockStore = coreV1AWSElasticBlockStoreVolumeSource(r, r.end()); break;
      case 26: o.hostPath = coreV1HostPathVolumeSource(r, r.end()); break;
      case 42: o.nfs = coreV1NFSVolumeSource(r, r.end()); break;
      case 58: o.iscsi = coreV1ISCSIPersistentVolumeSource(r, r.end()); break;
      case 82: o.fc = coreV1FCVolumeSource(r, r.end()); break;
      case 130: o.azureDisk = coreV1AzureDiskVolumeSource(r, r.end()); break;
      case 162: o.local = coreV1LocalVolumeSource(r, r.end()); break;
      case 178: o.csi = coreV1CSIPersistentVolumeSource(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
}

function coreV1VolumeSourceInto(o: Fields, r: Reader, end: number): void {
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 82: o.persistentVolumeClaim = coreV1PersistentVolumeClaimVolumeSource(r, r.end()); break;
      case 234: o.ephemeral = coreV1EphemeralVolumeSource(r, r.end()); break;
      case 242: o.image = coreV1ImageVolumeSource(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
}

function networkingV1IngressRuleValueInto(o: Fields, r: Reader, end: number): void {
  while (r.at < end) {
    const tag = r.varint();
    switch (tag) {
      case 10: o.http = networkingV1HTTPIngressRuleValue(r, r.end()); break;
      default: r.skip(tag);
    }
  }
  r.finish(end);
}

/** By group, version and plural. */
export const rootMessages: Readonly<Record<string, RootMessage>> = {
  'certificates.k8s.io/v1/certificatesigningrequests': { object: certificatesV1CertificateSigningRequest, spec: certificatesV1CertificateSigningRequestSpec },
  'rbac.authorization.k8s.io/v1/clusterrolebindings': { object: rbacV1ClusterRoleBinding },
  'rbac.authorization.k8s.io/v1/clusterroles': { object: rbacV1ClusterRole },
  '/v1/configmaps': { object: coreV1ConfigMap },
  'batch/v1/cronjobs': { object: batchV1CronJob, spec: batchV1CronJobSpec },
  'apps/v1/daemonsets': { object: appsV1DaemonSet, spec: appsV1DaemonSetSpec },
  'apps/v1/deployments': { object: appsV1Deployment, spec: appsV1DeploymentSpec },
  'resource.k8s.io/v1/deviceclasses': { object: resourceV1DeviceClass, spec: resourceV1DeviceClassSpec },
  '/v1/endpoints': { object: coreV1Endpoints },
  'discovery.k8s.io/v1/endpointslices': { object: discoveryV1EndpointSlice },
  'events.k8s.io/v1/events': { object: eventsV1Event },
  'autoscaling/v2/horizontalpodautoscalers': { object: autoscalingV2HorizontalPodAutoscaler, spec: autoscalingV2HorizontalPodAutoscalerSpec },
  'networking.k8s.io/v1/ingressclasses': { object: networkingV1IngressClass, spec: networkingV1IngressClassSpec },
  'networking.k8s.io/v1/ingresses': { object: networkingV1Ingress, spec: networkingV1IngressSpec },
  'batch/v1/jobs': { object: batchV1Job, spec: batchV1JobSpec },
  'coordination.k8s.io/v1/leases': { object: coordinationV1Lease, spec: coordinationV1LeaseSpec },
  '/v1/limitranges': { object: coreV1LimitRange, spec: coreV1LimitRangeSpec },
  'admissionregistration.k8s.io/v1/mutatingadmissionpolicies': { object: admissionregistrationV1MutatingAdmissionPolicy, spec: admissionregistrationV1MutatingAdmissionPolicySpec },
  'admissionregistration.k8s.io/v1/mutatingadmissionpolicybindings': { object: admissionregistrationV1MutatingAdmissionPolicyBinding, spec: admissionregistrationV1MutatingAdmissionPolicyBindingSpec },
  'admissionregistration.k8s.io/v1/mutatingwebhookconfigurations': { object: admissionregistrationV1MutatingWebhookConfiguration },
  '/v1/namespaces': { object: coreV1Namespace, spec: coreV1NamespaceSpec },
  'networking.k8s.io/v1/networkpolicies': { object: networkingV1NetworkPolicy, spec: networkingV1NetworkPolicySpec },
  '/v1/nodes': { object: coreV1Node, spec: coreV1NodeSpec },
  '/v1/persistentvolumeclaims': { object: coreV1PersistentVolumeClaim, spec: coreV1PersistentVolumeClaimSpec },
  '/v1/persistentvolumes': { object: coreV1PersistentVolume, spec: coreV1PersistentVolumeSpec },
  'policy/v1/poddisruptionbudgets': { object: policyV1PodDisruptionBudget, spec: policyV1PodDisruptionBudgetSpec },
  '/v1/pods': { object: coreV1Pod, spec: coreV1PodSpec },
  'apps/v1/replicasets': { object: appsV1ReplicaSet, spec: appsV1ReplicaSetSpec },
  '/v1/replicationcontrollers': { object: coreV1ReplicationController, spec: coreV1ReplicationControllerSpec },
  'resource.k8s.io/v1/resourceclaims': { object: resourceV1ResourceClaim, spec: resourceV1ResourceClaimSpec },
  '/v1/resourcequotas': { object: coreV1ResourceQuota, spec: coreV1ResourceQuotaSpec },
  'resource.k8s.io/v1/resourceslices': { object: resourceV1ResourceSlice, spec: resourceV1ResourceSliceSpec },
  'rbac.authorization.k8s.io/v1/rolebindings': { object: rbacV1RoleBinding },
  'rbac.authorization.k8s.io/v1/roles': { object: rbacV1Role },
  '/v1/serviceaccounts': { object: coreV1ServiceAccount },
  '/v1/services': { object: coreV1Service, spec: coreV1ServiceSpec },
  'apps/v1/statefulsets': { object: appsV1StatefulSet, spec: appsV1StatefulSetSpec },
  'storage.k8s.io/v1/storageclasses': { object: storageV1StorageClass },
  'admissionregistration.k8s.io/v1/validatingadmissionpolicies': { object: admissionregistrationV1ValidatingAdmissionPolicy, spec: admissionregistrationV1ValidatingAdmissionPolicySpec },
  'admissionregistration.k8s.io/v1/validatingadmissionpolicybindings': { object: admissionregistrationV1ValidatingAdmissionPolicyBinding, spec: admissionregistrationV1ValidatingAdmissionPolicyBindingSpec },
  'admissionregistration.k8s.io/v1/validatingwebhookconfigurations': { object: admissionregistrationV1ValidatingWebhookConfiguration },
  'storage.k8s.io/v1/volumeattachments': { object: storageV1VolumeAttachment, spec: storageV1VolumeAttachmentSpec },
};

/** Metadata of any object. */
export const readMetadata: ReadMessage = metaV1ObjectMeta;

/** An error that the server answers. */
export const readStatus: ReadMessage = metaV1Status;
