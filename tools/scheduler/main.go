// Prints what Kubernetes' scheduler counts for pods: a pod as JSON on each line of stdin, and on
// stdout a line for each with its requests and limits as decimal numbers.
package main

import (
	"bufio"
	"encoding/json"
	"log"
	"os"

	v1 "k8s.io/api/core/v1"
	"k8s.io/component-helpers/resource"
	sigsjson "sigs.k8s.io/json"
)

// Counted has a decimal number for each resource, zeros included.
type Counted struct {
	Requests map[string]string `json:"requests"`
	Limits   map[string]string `json:"limits"`
}

// What CalculateResource in pkg/scheduler/framework/types.go passes where all feature gates have
// the default of the release that go.mod names.
var options = resource.PodResourcesOptions{
	UseStatusResources: true,
	InPlacePodLevelResourcesVerticalScalingEnabled: true,
}

func main() {
	log.SetFlags(0)
	in := json.NewDecoder(bufio.NewReader(os.Stdin))
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	for in.More() {
		var text json.RawMessage
		must(in.Decode(&text))
		var pod v1.Pod
		must(sigsjson.UnmarshalCaseSensitivePreserveInts(text, &pod))
		must(encoder.Encode(Counted{
			Requests: decimals(resource.PodRequests(&pod, options)),
			Limits:   decimals(resource.PodLimits(&pod, options)),
		}))
	}
}

func decimals(list v1.ResourceList) map[string]string {
	numbers := make(map[string]string, len(list))
	for name, quantity := range list {
		numbers[string(name)] = quantity.AsDec().String()
	}
	return numbers
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
