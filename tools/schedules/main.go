// Prints zones of Go and runs of schedules by robfig/cron, the parser of the CronJob controller.
// It is run by hand; README.md says when.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"log"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func main() {
	log.SetFlags(0)
	count := flag.Int("count", 1500, "random schedules")
	seed := flag.Int64("seed", 12, "of the random schedules")
	allZones := flag.Bool("all-zones", false, "random schedules in every zone, not in a chosen few")
	flag.Parse()
	useGoZones()
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	switch flag.Arg(0) {
	case "names":
		writeNames(out)
	case "changes":
		writeChanges(out)
	case "rows":
		fmt.Fprintf(out, "# robfig/cron v3.0.1: -seed %d -count %d rows\n", *seed, *count)
		zones := chosenZones
		if *allZones {
			zones = zoneNames()
		} else {
			writeWritten(out)
		}
		writeRandom(out, rand.New(rand.NewSource(*seed)), *count, zones)
	default:
		log.Fatalf("expected names, changes or rows, got %q", flag.Arg(0))
	}
}

// useGoZones makes Go read zones from its own zip, which time/tzdata embeds, not from the machine.
func useGoZones() {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		log.Fatalf("go env GOROOT: %v", err)
	}
	zip := filepath.Join(strings.TrimSpace(string(root)), "lib", "time", "zoneinfo.zip")
	os.Setenv("ZONEINFO", zip)
	os.Setenv("TZ", "UTC")
}
