//go:build ignore

// Writes the tables that the tests of numbers, floats, quantities, percentages and shards read: what Go
// and Kubernetes' own libraries make of awkward input. To renew them, copy this file into an empty folder:
//
//	go mod init tables && go get k8s.io/apimachinery@v0.36.3 && go run -mod=mod tables.go
package main

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand"
	"os"
	"strconv"
	"strings"

	"gopkg.in/inf.v0"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/intstr"
)

var random = rand.New(rand.NewSource(7))

func main() {
	write("numbers.tsv", numbers())
	write("floats.tsv", floats())
	write("quantities.tsv", quantities())
	write("percents.tsv", percents())
	write("shards.tsv", shards())
}

func write(name string, rows []string) {
	if err := os.WriteFile(name, []byte(strings.Join(rows, "\n")+"\n"), 0o644); err != nil {
		panic(err)
	}
}

func quoted(text string) string {
	bytes, _ := json.Marshal(text)
	return string(bytes)
}

func float(value float64) string { return strconv.FormatFloat(value, 'g', -1, 64) }

// numbers: the bits of a float64, and how Go prints it.
func numbers() (rows []string) {
	values := []float64{0, math.Copysign(0, -1), 1, -1, 0.1, 0.5, 1.5, 1.0 / 3, 2.0 / 3, 0.1 + 0.2,
		99999, 100000, 100000.5, 123456.789, 999999, 999999.5, 999999.9999999999, 1e6, 1000000.1,
		1000001, 1234567, 12345678.9, -1e5, -1e6, -1234567, -62135596800, 1e-4, 0.00012345,
		0.000099999, 1e-5, -0.00001, 1.23e-7, 1568189191, 1700000000, 1e15, 1e16, 1e20, 1e21, 1e22,
		123456789012345680000, 9007199254740991, 9007199254740992, 12345678901234567, 4294967296,
		1152921504606846976, 9223372036854775807, 1e100, -1e100, math.MaxFloat64,
		math.SmallestNonzeroFloat64, 2.2250738585072014e-308, math.Inf(1), math.Inf(-1), math.NaN()}
	for i := 0; i < 24; i++ {
		values = append(values, math.Pow(10, float64(i)), math.Pow(10, -float64(i)),
			math.Pow(2, float64(i*3)), float64(random.Intn(1<<20)))
	}
	for i := 0; i < 80; i++ {
		values = append(values, math.Float64frombits(random.Uint64()),
			float64(1400000000+random.Int63n(500000000)), float64(random.Int63n(1<<40))/1000,
			float64(random.Int63()))
	}
	for _, value := range values {
		rows = append(rows, fmt.Sprintf("%016x\t%s", math.Float64bits(value), float(value)))
	}
	return rows
}

// floats: the text, and the bits of what ParseFloat makes of it, or "none" where it gives an error.
func floats() (rows []string) {
	texts := strings.Split("0 -0 +0 1 -5 +7 1e5 1E5 0.25 .5 5. 5.e1 . - + e5 1e 1e+ 1e+05 1e400 -1e400 "+
		"1e-400 1e999999999999 0e999999999999 1.7976931348623157e308 1.7976931348623159e308 4.9e-324 2e-324 "+
		"18446744073709551616 9007199254740993 00012 1_000 1_0.0_1 _1 1_ 1__0 1_.5 1._5 1_e5 1e_5 1e1_0 1e5_ "+
		"0_1 +_1 NaN nan NAN +NaN -nan nano Inf inf INF +Inf -inf Infinity +infinity -INFINITY infinit "+
		"infinityy +-inf 0x1p-2 0X1P-2 0x1 0x1p 0x.8p0 0x8.p0 0x.p1 0xp1 0x_1p-2 0x1_fp3 0x1__fp3 0x_.8p1 "+
		"0x1_.8p1 0x1._8p1 0x1.8_8p1 0x1p_1 0x1p1_0 0x1p1_ 0xep1 0x1e5 0x1.fffffffffffffp1023 "+
		"0x1.fffffffffffff8p1023 0x1.fffffffffffff7p1023 0x1p1024 0x1p-1074 0x1p-1075 0x1.8p-1075 "+
		"0x0.8p-1074 0x1.00000000000008p0 0x1.000000000000081p0 0x1.00000000000018p0 -0x1p3 +0x1p3 0x0p99999 "+
		"0x1p-99999 0x1p99999 0x1.23456789abcdef01p-1060 0xfffffffffffffffffffffp-20 0b1 0o7 0b1p1 1,000 "+
		"1d5 1f 0x1g 100n 1.2.3 --1 ١ １", " ")
	texts = append(texts, "", " ", " 1", "1 ", "1\n", "\n1", "1\x00")
	own := rand.New(rand.NewSource(11))
	for i := 0; i < 100; i++ {
		texts = append(texts,
			strconv.FormatFloat(math.Float64frombits(own.Uint64()), 'x', -1, 64),
			fmt.Sprintf("0x%x.%xp%d", own.Uint64(), own.Uint64(), own.Intn(2300)-1150),
			fmt.Sprintf("%d.%de%d", own.Uint64(), own.Uint64(), own.Intn(700)-350))
	}
	for _, text := range texts {
		value, err := strconv.ParseFloat(text, 64)
		if err != nil {
			rows = append(rows, quoted(text)+"\tnone")
			continue
		}
		rows = append(rows, fmt.Sprintf("%s\t%016x", quoted(text), math.Float64bits(value)))
	}
	return rows
}

// quantities: the text, its value in thousandths as kube-state-metrics rounds it, and in whole units.
func quantities() (rows []string) {
	texts := strings.Split("0 1 -1 +1 -0 +0 00012 000.100 .5 5. 0.1 0.5 0.0001 1.0000000001 -.5 -1.5 "+
		"0.000000001 0.0000000001 100m 1500m 1m 1.5m -100m -1500m 1u 500u 999u 0.5u 1500000u 1n 3n "+
		"1.5n -1n -3n 999999999n 1000000000n 1000000001n 2k 100k 7M 129M 1G 5G 1T 1P 1E 9E 1Ki 64Mi "+
		"123Mi 2560Mi 0.5Gi 1Gi 1.5Gi -1.5Gi 1.1Mi 1.25Mi 1.0000000005Gi 1Ti 1Pi 1Ei 7Ei 8Ei 9Ei "+
		"1e3 1E3 1e-3 1E-3 1e+3 1e0 4.9e0 129e6 1e18 1e-30 1e-9223372 128974848 9007199254740991 "+
		"9007199254740993 12345678901234567 9223372036854775 9223372036854775.807 9223372036854776 "+
		"9223372036854775807 9007199254740m 9007199254741m 9007199254740993m 8796093022208k "+
		"- 1KI 1ki 1mi 1K 1kk 1.2.3 --1 1e 1e+ 1em 1Eii abc 1_000 0x10 1,5 Infinity NaN 1g 1G1 1Ki1 "+
		"1e3k 1e1.5 1µ", " ")
	texts = append(texts, "", "1 ", " 1", "1 Gi", "1\n", "1m\n")
	// No negative ones among the random: with many digits Go rounds those in either direction.
	suffixes := strings.Split(" n u m k M G T P E Ki Mi Gi Ti Pi Ei e2 E-2 e5", " ")
	for i := 0; i < 400; i++ {
		text := strconv.FormatInt(random.Int63()>>uint(random.Intn(63)), 10)
		if random.Intn(2) == 0 {
			text += "." + strconv.Itoa(random.Intn(1000000))
		}
		texts = append(texts, text+suffixes[random.Intn(len(suffixes))])
	}
	for _, text := range texts {
		value, err := resource.ParseQuantity(text)
		switch {
		case !strings.ContainsAny(text, "0123456789") && err == nil:
			// Go reads a sign alone as 0; no API server writes that, and ours is refused.
			continue
		case err != nil:
			rows = append(rows, quoted(text)+"\tmalformed\tmalformed")
		case fits(value):
			rows = append(rows, quoted(text)+"\t"+float(thousandths(value))+"\t"+float(float64(value.Value())))
		}
	}
	return rows
}

// fits: beyond 64 bits Go's own arithmetic overflows, and gives nothing to compare with.
func fits(value resource.Quantity) bool {
	amount := value.AsDec()
	return amount.Cmp(inf.NewDec(math.MaxInt64, 0)) <= 0 && amount.Cmp(inf.NewDec(-resource.MaxMilliValue, 0)) >= 0
}

func thousandths(value resource.Quantity) float64 {
	if value.Value() > resource.MaxMilliValue {
		return float64(value.Value())
	}
	return float64(value.MilliValue()) / 1000
}

// percents: the text, a total, and the share of it rounded down and rounded up.
func percents() (rows []string) {
	for _, text := range strings.Split("25% 0% 100% 50% 33% 1% 150% -10% +10% % 1.5% 5 abc% 007% --5%", " ") {
		for _, total := range []int{0, 1, 3, 10, 137, 65536} {
			value := intstr.FromString(text)
			row := text + "\t" + strconv.Itoa(total)
			for _, up := range []bool{false, true} {
				if count, err := intstr.GetScaledValueFromIntOrPercent(&value, total, up); err == nil {
					row += "\t" + strconv.Itoa(count)
				} else {
					row += "\tnone"
				}
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// shards: a uid, and its shard of 1, 2, 3, 5, 16, 100, 1000 and 1000000.
func shards() (rows []string) {
	uids := []string{"", "a", "uid-1", "日本語", "é", strings.Repeat("x", 300)}
	for i := 0; i < 150; i++ {
		uids = append(uids, fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", random.Uint32(), random.Intn(1<<16),
			random.Intn(1<<16), random.Intn(1<<16), random.Int63n(1<<48)))
	}
	for _, uid := range uids {
		hash := fnv.New64a()
		hash.Write([]byte(uid))
		row := quoted(uid)
		for _, total := range []int64{1, 2, 3, 5, 16, 100, 1000, 1000000} {
			row += "\t" + strconv.FormatInt(jump(hash.Sum64(), total), 10)
		}
		rows = append(rows, row)
	}
	return rows
}

// jump is the hash of Lamping and Veach, as their paper gives it.
func jump(key uint64, buckets int64) int64 {
	bucket, next := int64(-1), int64(0)
	for next < buckets {
		bucket = next
		key = key*2862933555777941757 + 1
		next = int64(float64(bucket+1) * (float64(int64(1)<<31) / float64((key>>33)+1)))
	}
	return bucket
}
