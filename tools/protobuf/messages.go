package main

import (
	"encoding/json"
	"log"
	"reflect"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/client-go/kubernetes/scheme"
)

// Field is a field of a message, and what JSON makes of it.
type Field struct {
	Number int `json:"number"`
	// Empty where the fields of the message stand beside the others of its parent.
	Name string `json:"name"`
	// string, bool, int32, int64, bytes, time, microTime, quantity, intOrString, strings (a message
	// of strings), skip, or message.
	Type    string `json:"type"`
	Message string `json:"message,omitempty"`
	List    bool   `json:"list,omitempty"`
	Map     bool   `json:"map,omitempty"`
	// JSON has the field even where it is the zero value of a scalar.
	Always bool `json:"always,omitempty"`
	// JSON has the field whenever the message has it, and never else.
	Pointer bool `json:"pointer,omitempty"`
}

// Messages are all that the roots refer to, by name.
type Messages struct {
	Roots    map[string]string  `json:"roots"`
	Messages map[string][]Field `json:"messages"`
}

// What has an encoding of its own, in JSON or in protobuf.
var special = map[reflect.Type]string{
	reflect.TypeFor[metav1.Time]():          "time",
	reflect.TypeFor[metav1.MicroTime]():     "microTime",
	reflect.TypeFor[resource.Quantity]():    "quantity",
	reflect.TypeFor[intstr.IntOrString]():   "intOrString",
	reflect.TypeFor[metav1.FieldsV1]():      "skip",
	reflect.TypeFor[metav1.Duration]():      "skip",
	reflect.TypeFor[runtime.RawExtension](): "skip",
}

var marshaler = reflect.TypeFor[json.Marshaler]()

type sized interface{ Size() int }

func messagesOf(kinds []Kind) Messages {
	all := Messages{Roots: map[string]string{}, Messages: map[string][]Field{}}
	add := func(name string, object any) {
		root := reflect.TypeOf(object).Elem()
		all.Roots[name] = nameOf(root)
		all.collect(root)
	}
	for _, kind := range kinds {
		object, err := scheme.Scheme.New(kind.groupVersionKind())
		must(err)
		add(kind.Name, object)
	}
	add("Status", &metav1.Status{})
	return all
}

// The last two folders of the package tell all types of the API apart.
func nameOf(t reflect.Type) string {
	folders := strings.Split(t.PkgPath(), "/")
	return strings.Join(folders[len(folders)-2:], "/") + "." + t.Name()
}

func (all Messages) collect(t reflect.Type) {
	name := nameOf(t)
	if _, known := all.Messages[name]; known {
		return
	}
	all.Messages[name] = nil
	fields := []Field{}
	for i := range t.NumField() {
		if field, has := all.field(t, t.Field(i)); has {
			fields = append(fields, field)
		}
	}
	all.Messages[name] = fields
}

func (all Messages) field(parent reflect.Type, f reflect.StructField) (Field, bool) {
	tag, has := f.Tag.Lookup("protobuf")
	if !has {
		if f.Type != reflect.TypeFor[metav1.TypeMeta]() {
			log.Fatalf("%s.%s: expected a protobuf tag, got none", parent, f.Name)
		}
		return Field{}, false
	}
	if tag == "-" {
		return Field{}, false
	}
	number, err := strconv.Atoi(strings.Split(tag, ",")[1])
	must(err)
	name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
	inline := name == "" && f.Anonymous
	field := Field{Number: number, Name: name}
	if !inline && name == "" {
		log.Fatalf("%s.%s: expected a name in JSON, got none", parent, f.Name)
	}
	t := f.Type
	if t.Kind() == reflect.Pointer {
		field.Pointer = true
		t = t.Elem()
	}
	if _, known := special[t]; !known {
		switch {
		case t.Kind() == reflect.Map:
			field.Map = true
			if t.Key().Kind() != reflect.String {
				log.Fatalf("%s.%s: expected names as keys, got %s", parent, f.Name, t.Key())
			}
			t = t.Elem()
		case t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.Uint8 && !isMessage(t):
			field.List = true
			t = t.Elem()
		}
	}
	field.Type = all.typeOf(t)
	if field.Type == "message" {
		field.Message = nameOf(t)
	}
	scalar := !field.List && !field.Map && t.Kind() != reflect.Struct && t.Kind() != reflect.Slice
	omits := strings.Contains(options, "omitempty") || strings.Contains(options, "omitzero")
	field.Always = scalar && !field.Pointer && !omits
	return field, true
}

func isMessage(t reflect.Type) bool {
	_, is := reflect.New(t).Interface().(sized)
	return is
}

func (all Messages) typeOf(t reflect.Type) string {
	if name, known := special[t]; known {
		return name
	}
	if t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.String && isMessage(t) {
		return "strings"
	}
	if t.Implements(marshaler) || reflect.PointerTo(t).Implements(marshaler) {
		log.Fatalf("%s has a JSON of its own, which is not known here", t)
	}
	switch t.Kind() {
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "bool"
	case reflect.Int32:
		return "int32"
	case reflect.Int64:
		return "int64"
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return "bytes"
		}
	case reflect.Struct:
		all.collect(t)
		return "message"
	}
	log.Fatalf("%s: expected a type of the API, got kind %s", t, t.Kind())
	return ""
}
