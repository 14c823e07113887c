package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// chainMax is the number of successive runs in a row.
const chainMax = 4

// patience limits one call: the library's loop is endless if a zone skipped a whole day.
const patience = 10 * time.Second

// writeRow writes a schedule, a time, and the seconds to the next run, from that to the one
// after it, and so on; "invalid" if the library rejects the schedule, "never" if there is no run.
func writeRow(out io.Writer, schedule string, after int64) {
	quoted, _ := json.Marshal(schedule)
	fmt.Fprintf(out, "%s\t%d\t%s\n", quoted, after, strings.Join(answers(schedule, after), " "))
}

func answers(schedule string, after int64) []string {
	parsed, err := parse(schedule)
	if err != nil {
		return []string{"invalid"}
	}
	var runs []string
	for at := time.Unix(after, 0); len(runs) < chainMax; {
		next, ok := next(parsed, at)
		if !ok {
			return append(runs, "hangs")
		}
		if next.IsZero() {
			return append(runs, "never")
		}
		runs = append(runs, fmt.Sprint(next.Unix()-at.Unix()))
		at = next
	}
	return runs
}

// parse returns an error for the library's panic if no space follows the zone.
func parse(schedule string) (parsed cron.Schedule, err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("%v", reason)
		}
	}()
	return cron.ParseStandard(schedule)
}

func next(schedule cron.Schedule, at time.Time) (time.Time, bool) {
	answer := make(chan time.Time, 1)
	go func() { answer <- schedule.Next(at) }()
	select {
	case next := <-answer:
		return next, true
	case <-time.After(patience):
		return time.Time{}, false
	}
}

// writeRandom writes rows from 2021 to 2025, most of them on days with a change of offset.
func writeRandom(out io.Writer, random *rand.Rand, count int, zones []string) {
	first := time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	last := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	for range count {
		zone := zones[random.Intn(len(zones))]
		location, err := time.LoadLocation(zone)
		if err != nil {
			panic(err)
		}
		after := first + random.Int63n(last-first)
		if random.Intn(4) > 0 {
			_, change := time.Unix(after, 0).In(location).ZoneBounds()
			if !change.IsZero() && change.Unix() < last {
				after = change.Unix() - 3*24*3600 + random.Int63n(4*24*3600)
			}
		}
		if random.Intn(2) > 0 {
			after -= after % 60
		}
		prefix := []string{"CRON_TZ=", "TZ="}[random.Intn(2)]
		writeRow(out, prefix+zone+" "+invented(random), after)
	}
}
