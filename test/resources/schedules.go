//go:build ignore

// Writes the table that the test of cron schedules reads: when the parser that Kubernetes uses says
// that a schedule is next due after a time. To renew it, copy this file into an empty folder:
//
//	go mod init schedules && go get github.com/robfig/cron/v3@v3.0.1 && TZ=UTC go run schedules.go
package main

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

var random = rand.New(rand.NewSource(7))

var zones = []string{"America/New_York", "Europe/Berlin", "Asia/Seoul", "Asia/Kolkata", "Etc/UTC",
	"Australia/Sydney", "America/Sao_Paulo", "Africa/Casablanca", "America/St_Johns", "UTC"}

// changes are times about which clocks in some of the zones are moved, and some that are quiet.
var changes = []int64{1710054000, 1730613600, 1711846800, 1729990800, 1712419200, 1728144000,
	1710000000, 1704067200, 1709164800, 1712455200, 1710036000, 1500000000, 1600000000}

var written = []string{"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly",
	"@Daily", "@reboot", "@", "@every 1h30m", "@every 90s", "@every 1.5h", "@every 500ms", "@every -5m",
	"@every 0", "@every +2m", "@every 1h30", "@every", "@every ", "@every  1h", "@every5m", " @daily",
	"", " ", "* * * *", "* * * * * *", "not a schedule", "* * * * 7", "0 0 L * *", "0 0 15W * *",
	"0 0 * * 5#2", "0 0 * * 5L", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * 32 * *", "* * * 0 *",
	"* * * 13 *", "-1 * * * *", "*/0 * * * *", "*/90 * * * *", "5/20 * * * *", "5-5/3 * * * *",
	"5-10/2,50 * * * *", "1,2,,3 * * * *", "10-5 * * * *", "1-2-3 * * * *", "1/2/3 * * * *",
	"*-5 * * * *", "? ? ? ? ?", "0 0 ? * 1", "0 0 1 * ?", "0 0 13 * 5", "0 0 */2 * 5", "0 0 */1 * 5",
	"0 0 1-31 * 5", "0 0 13 * 0-6", "0 0 *,13 * 5", "0 0 13 * */2", "0 0 13 * fri", "0 0 * JAN,jul Mon-fri",
	"0 0 * january *", "0 0 * * monday", "0 0 * feb-4 *", "0 0 30 2 *", "0 0 31 4 *", "0 0 29 2 *",
	"0 0 29 2 1", "007 03 * * *", "+5 * * * *", "5. * * * *", "0x5 * * * *", "1e1 * * * *", "a * * * *",
	"0\t0 *  * *", "  0 0 * * *  ", "0 0 * * sun-sat", "0 0 * * sat-sun", "30 2 * * *", "30 1 * * *",
	"*/30 1-3 * * *", "0 0 31 12 *", "59 23 31 12 *", "0 2 * * 0", "15 10 * * MON-FRI", "*/5 * * * *",
	"TZ=Asia/Seoul 0 0 * * *", "CRON_TZ=Nowhere/Land 0 0 * * *", "TZ= 0 0 * * *",
	"CRON_TZ=Asia/Seoul CRON_TZ=UTC 0 0 * * *", "CRON_TZ=UTC  0 0 * * *", "CRON_TZ=UTC @daily",
	"CRON_TZ=UTC @every 1h", "CRON_TZ=Nowhere/Land @every 1h", "TZ=UTC UTC 0 0 * * *", "constructor"}

func main() {
	var rows []string
	for _, schedule := range written {
		for _, after := range []int64{1709164800, 1710050399} {
			rows = append(rows, row(schedule, after))
		}
	}
	for i := 0; i < 300; i++ {
		after := changes[random.Intn(len(changes))] + int64(random.Intn(36*3600)-20*3600)
		zone := zones[random.Intn(len(zones))]
		rows = append(rows, row("CRON_TZ="+zone+" "+invented(), after))
	}
	text := strings.Join(rows, "\n") + "\n"
	if err := os.WriteFile("schedules.tsv", []byte(text), 0o644); err != nil {
		panic(err)
	}
}

// row: the schedule, the second after which it is asked for, and the one at which it is due.
func row(schedule string, after int64) string {
	quoted, _ := json.Marshal(schedule)
	due := "invalid"
	if parsed, err := cron.ParseStandard(schedule); err == nil {
		due = strconv.FormatInt(parsed.Next(time.Unix(after, 0)).Unix(), 10)
	}
	return fmt.Sprintf("%s\t%d\t%s", quoted, after, due)
}

func invented() string {
	oneOf := func(texts ...string) string { return texts[random.Intn(len(texts))] }
	number := func(min, max int) string { return strconv.Itoa(min + random.Intn(max-min+1)) }
	return strings.Join([]string{
		oneOf("0", "*", "30", "*/15", "7/20", number(0, 59), "10-40/"+number(1, 9)),
		oneOf("*", "0", "1", "2", "3", "1-3", "*/6", "0-2", number(0, 23)),
		oneOf("*", "*", "*", "*/2", "31", number(1, 28), "10-20"),
		oneOf("*", "*", "*", "3", "mar,oct,nov", number(1, 12)),
		oneOf("*", "*", "*", "0", "sun", "1-5", "?", number(0, 6)),
	}, " ")
}
