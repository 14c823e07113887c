package main

import (
	"fmt"
	"io"
	"math/rand"
	"strconv"
	"strings"
)

// chosenZones change at midnight, by half an hour, about Ramadan, on odd days, lately, or never.
var chosenZones = []string{"Africa/Cairo", "Asia/Beirut", "America/Santiago", "America/Havana",
	"America/Asuncion", "Australia/Lord_Howe", "Pacific/Apia", "Atlantic/Azores", "Asia/Gaza",
	"America/Sao_Paulo", "Asia/Tehran", "America/St_Johns", "America/Scoresbysund", "America/Nuuk",
	"Asia/Amman", "Asia/Damascus", "America/Mexico_City", "Pacific/Chatham", "Pacific/Easter",
	"Africa/Tripoli", "Africa/Juba", "Pacific/Fiji", "Pacific/Norfolk", "Asia/Kathmandu",
	"Antarctica/Troll", "Europe/London", "Europe/Dublin", "America/New_York", "Europe/Berlin",
	"Asia/Seoul", "UTC", "Etc/GMT+12", "EST5EDT"}

const day = 24 * 3600

// writeWritten writes the rows that were chosen by hand.
func writeWritten(out io.Writer) {
	// In 2026 daylight saving skips midnight of 24 April, so the next run is on 1 May.
	writeRow(out, "TZ=Africa/Cairo 0 2 * * 5", 1776384000)
	for _, schedule := range written {
		for _, after := range []int64{1709164800, 1710050399} {
			writeRow(out, schedule, after)
		}
	}
	for _, zone := range chosenZones {
		for _, schedule := range []string{"0 0 * * *", "@daily", "30 0 * * 5", "0 1 1 * *", "*/30 * * * *"} {
			for year := int64(51); year <= 55; year++ {
				writeRow(out, "TZ="+zone+" "+schedule, year*365*day+13*day+85*day)
				writeRow(out, "TZ="+zone+" "+schedule, year*365*day+13*day+295*day)
			}
		}
	}
}

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
	"CRON_TZ=UTC @every 1h", "CRON_TZ=Nowhere/Land @every 1h", "TZ=UTC UTC 0 0 * * *", "constructor",
	// Invalid zone names, and almost valid prefixes.
	"TZ=PST 0 0 * * *", "TZ=europe/london 0 0 * * *", "TZ=utc 0 0 * * *", "TZ=+09:00 0 0 * * *",
	"TZ=UTC+9 0 0 * * *", "TZ=GMT+9 0 0 * * *", "TZ=Etc/GMT+9 0 0 * * *",
	"TZ=local 0 0 * * *", "TZ=LOCAL @hourly", "TZ=Asia/Calcutta 0 0 * * *", "TZ=Factory 0 0 * * *",
	"TZ=EST 0 0 * * *", "TZ=Asia/Seoul/ 0 0 * * *", "TZ=../UTC 0 0 * * *", "TZ=/UTC 0 0 * * *",
	"TZ=Asia 0 0 * * *", "TZ=Asia/Seoul\t0 0 * * *", "TZ=UTC", "CRON_TZ=", "TZ=UTC ", "tz=UTC 0 0 * * *",
	" TZ=UTC 0 0 * * *", "CRON_TZ 0 0 * * *", "TZ=UTC \t 0 0 * * * \u00a0", "TZ=Zulu 0 0 * * *",
	"TZ=constructor 0 0 * * *",
	// White space and letters that differ between Go and JavaScript.
	"0\u00850 * * *", "0\ufeff0 * * *", "0\u20280\u3000*\v*\f*", "0 0 * * fr\u0130", "0 0 * * \u017fun",
	// Lists and steps.
	", * * * *", "0 , * * *", "0 0 , * *", "0 0 * , *", "0 0 * * ,", "0 0 , * 1", "0 0 1 * ,", ",,,0 0 * * *",
	"*/1 * * * *", "*/59 * * * *", "*/60 * * * *", "*/61 * * * *", "0 */24 * * *", "0 0 */31 * *",
	"0 0 */32 * *", "0 0 1 */13 *", "0 0 * * */7", "0 0 * * */8", "0-59/60 * * * *", "0 22-2 * * *",
	"0 0 25-5 * *", "0 0 * 11-2 *", "0 0 * * 5-1", "0 0 * * 0-7", "0 0 * * 7", "0 0 * * 1,7", "0 0 * * fri-7",
	"*/9223372036854775807 * * * *", "*/9223372036854775808 * * * *", "0/18446744073709551617 * * * *",
	"*/+2 * * * *", "*/-2 * * * *", "*/ * * * *", "/2 * * * *", "5- * * * *", "-5 * * * *", "1--5 * * * *",
	"5-*/2 * * * *", "*-60 * * * *", "?-x/2 * * * *", "**/2 * * * *", "0 0 ?/2 * 1", "0 0 */1,5 * 1",
	"0 0 1 * *,5", "0 0 1 * 5,?", "0 0 mon * *", "0 0 * mon *", "jan 0 * * *", "0 0 * jan-mar/2 *",
	"0 0 * * sun/2", "0 0 * * Sun,TUE-thu", "0 0 LW * *", "0 0 * * 1#1", "H H * * *", "% * * * *",
	"0 0 29 2 0", "0 0 29 2 *", "0 0 29 feb ?", "0 0 31 2,4,6,9,11 *", "0 0 31 2 1", "0 0 30 feb *",
	"0 0 1 1 * 2030", "0 0 0 1 1 *", "@triggered", "@yearly ", "@YEARLY", "@every_minute", "@weekly 0",
	// Durations.
	"@every .5h", "@every 1.h", "@every .h", "@every 1h2m3.5s", "@every 3us", "@every 3\u00b5s",
	"@every 3\u03bcs", "@every 1d", "@every 1", "@every 1H", "@every 00090s", "@every +-1s", "@every 1s ",
	"@every 1h 1m", "@every 2562047h47m16.854775807s", "@every 2562047h47m16.854775808s",
	"@every -2562047h47m16.854775808s", "@every -2562047h47m16.854775809s", "@every 99999999999999999999ns",
	"@every 9223372036854775807ns", "@every 1.99999999999999999999s", "@every 0.99999999999999999999999h",
	"@every 1e3s", "@every -0", "@every +0", "@every 0s", "@every 0.0000000000000000000001h", "@every 1m1m",
	"TZ=UTC @every .5h", "TZ=UTC  @daily ", "TZ=PST @every 1h"}

// invented returns a random schedule; one in eight is invalid.
func invented(random *rand.Rand) string {
	if random.Intn(20) == 0 {
		return oneOf(random, "@yearly", "@monthly", "@weekly", "@daily", "@midnight", "@hourly", "@every 36h",
			"@every 1h1s", "@never")
	}
	texts := []string{
		field(random, 0, 59, nil),
		field(random, 0, 23, nil),
		field(random, 1, 31, nil),
		field(random, 1, 12, strings.Split("jan feb mar apr may jun jul aug sep oct nov dec", " ")),
		field(random, 0, 6, strings.Split("sun mon tue wed thu fri sat", " ")),
	}
	// Most errors occur around midnight.
	switch random.Intn(4) {
	case 0:
		texts[1] = oneOf(random, "0", "0", "1", "2", "23", "0-2", "23,0")
	case 1:
		texts[0], texts[3] = oneOf(random, "0", "30", "59", "*/30"), "*"
		texts[1] = oneOf(random, "0", "1", "2", "3", "23", "*", "1-3", "*/2")
	}
	if random.Intn(2) == 0 {
		texts[2], texts[3] = oneOf(random, "*", "?", "*", "*/2"), oneOf(random, "*", "*", "?", "3-5", "9-11")
	}
	if random.Intn(8) == 0 {
		return broken(random, texts)
	}
	return strings.Join(texts, oneOf(random, " ", " ", " ", "  ", "\t"))
}

func field(random *rand.Rand, min, max int, names []string) string {
	number := func() int { return min + random.Intn(max-min+1) }
	spelled := func(n int) string {
		if names != nil && random.Intn(3) == 0 {
			return oneOf(random, names[n-min], strings.ToUpper(names[n-min]), strings.Title(names[n-min]))
		}
		return strconv.Itoa(n)
	}
	span := func() string {
		low, high := number(), number()
		if low > high && random.Intn(30) > 0 {
			low, high = high, low
		}
		return spelled(low) + "-" + spelled(high)
	}
	step := func() string { return "/" + strconv.Itoa(1+random.Intn(max+3)) }
	switch random.Intn(12) {
	case 0, 1, 2, 3:
		return "*"
	case 4:
		return "?"
	case 5:
		return "*" + step()
	case 6:
		return span()
	case 7:
		return span() + step()
	case 8:
		return spelled(number()) + step()
	case 9:
		return spelled(number()) + "," + span() + "," + spelled(number())
	default:
		return spelled(number())
	}
}

// broken damages a schedule; the library may accept it nevertheless.
func broken(random *rand.Rand, texts []string) string {
	i := random.Intn(len(texts))
	switch random.Intn(8) {
	case 0:
		return strings.Join(texts[1:], " ")
	case 1:
		return "0 " + strings.Join(texts, " ")
	case 2:
		texts[i] = oneOf(random, "60", "24", "32", "13", "7", "-1", "99999999999999999999")
	case 3:
		texts[i] += oneOf(random, "/", "/0", "-", ",", "/2/2", "-3-4", "L", "#1", "W")
	case 4:
		texts[i] = oneOf(random, "L", "W", "x", "monday", "**", "*,", ",", "H", "1.5", "0x1", "+1")
	case 5:
		texts[4] = oneOf(random, "7", "0-7", "5-1", "sat-sun", "fri-mon", "1-7/2")
	case 6:
		texts[i] = fmt.Sprintf("%d-%d", 5+random.Intn(50), random.Intn(5))
	default:
		return oneOf(random, "TZ=UTC ", "@", "* ") + strings.Join(texts, " ")
	}
	return strings.Join(texts, " ")
}

func oneOf(random *rand.Rand, texts ...string) string { return texts[random.Intn(len(texts))] }
