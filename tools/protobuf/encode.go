package main

import (
	"bytes"
	"encoding/json"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/client-go/kubernetes/scheme"
	sigsjson "sigs.k8s.io/json"
)

// Asked is an object as JSON, and its kind.
type Asked struct {
	Kind   Kind            `json:"kind"`
	Object json.RawMessage `json:"object"`
}

// Encoded is the same object as an API server sends it, in both encodings.
type Encoded struct {
	// Why the object was refused; the rest is empty then.
	Refused  string `json:"refused,omitempty"`
	Protobuf []byte `json:"protobuf,omitempty"`
	JSON     string `json:"json,omitempty"`
}

var serializer = protobuf.NewSerializer(scheme.Scheme, scheme.Scheme)

func encoded(asked Asked) Encoded {
	kind := asked.Kind.groupVersionKind()
	object, err := scheme.Scheme.New(kind)
	must(err)
	if err := sigsjson.UnmarshalCaseSensitivePreserveInts(asked.Object, object); err != nil {
		return Encoded{Refused: err.Error()}
	}
	object.GetObjectKind().SetGroupVersionKind(kind)
	return both(object)
}

func both(object runtime.Object) Encoded {
	text, err := json.Marshal(object)
	if err != nil {
		return Encoded{Refused: err.Error()}
	}
	var wire bytes.Buffer
	if err := serializer.Encode(object, &wire); err != nil {
		return Encoded{Refused: err.Error()}
	}
	return Encoded{Protobuf: wire.Bytes(), JSON: string(text)}
}
