// Prints the messages of Kubernetes' types, and objects as Kubernetes encodes them.
// It is run by tools/protobuf.ts; README.md says when.
package main

import (
	"bufio"
	"encoding/json"
	"log"
	"os"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Kind is a kind of the API; Name is the plural under which it is printed.
type Kind struct {
	Name    string `json:"name"`
	Group   string `json:"group"`
	Version string `json:"version"`
	Kind    string `json:"kind"`
}

func (k Kind) groupVersionKind() schema.GroupVersionKind {
	return schema.GroupVersionKind{Group: k.Group, Version: k.Version, Kind: k.Kind}
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("expected `messages` or `encode`")
	}
	in := json.NewDecoder(bufio.NewReader(os.Stdin))
	in.UseNumber()
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	switch os.Args[1] {
	case "messages":
		var kinds []Kind
		must(in.Decode(&kinds))
		must(encoder.Encode(messagesOf(kinds)))
	case "encode":
		for in.More() {
			var asked Asked
			must(in.Decode(&asked))
			must(encoder.Encode(encoded(asked)))
		}
	default:
		log.Fatalf("expected `messages` or `encode`, got %s", strings.Join(os.Args[1:], " "))
	}
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
