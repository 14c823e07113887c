//go:build ignore

// Writes expressions.tsv: which names Go's regexp (RE2) and regexp2, in the mode that kube-state-metrics
// uses, match by thousands of expressions. To renew it, copy this file into an empty folder:
//
//	go mod init expressions && go get github.com/dlclark/regexp2/v2@v2.6.0 && go run expressions.go
package main

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/dlclark/regexp2/v2"
)

const (
	generatedRows = 4000
	charsMax      = 60
	depthMax      = 3
)

var random = rand.New(rand.NewSource(12))

var names = []string{
	`kube_pod_info`, `kube_pod_status_phase`, `kube_node_status_condition`,
	`kube_namespace_labels`, `KUBE_POD_INFO`, `k`, `s`, `S`, `i`, `ab`, `aa`, `aab`, `abab`,
	`abba`, `ba`, `b`, `1`, `kube`, `pod_pod`, `a1_B2`, `e`, `n_m`,
}

// What people write, and what each syntax has of its own.
var writtenRegexp2 = []string{
	`(?i)\W`, `(?i)^\W+$`, `(?i)[\W]`, `(?i)[^\W]`, `(?i)\D\S`, `(?iu)\P{N}`, `(?iu)^\P{Latin}`, `(?i)[\u0130]`,
	`(a)(?>(?:\1??b)*)`, `(?>(?:a|)*)b`, `(?>a*)b`, `(?i)[a-z-[k]]`, `(?iu)\P{Lu}`, `(?iu)\p{Lu}`,
	`(?i)KUBE_POD_INFO`, `(?i:KUBE)_pod_(?-i)info`, `(?s)kube.pod`,
	`(?x) kube _ pod # all of them`, `kube_(?#what)pod`, `\Akube_pod_info\z`, `info\Z`, `\Gkube`,
	`\Ginfo`, `(?>kube|kube_pod)_pod`, `(?>kube_pod|kube)_info`, `(?<n>ab)\k<n>`,
	`(?'n'ab)\k<n>`, `(?<n>a)(b)\2\1`, `(?(?=kube)kube_pod|ab)`, `(?(ab)abab|aa)`,
	`kube_(?!pod)`, `(?<!kube)_pod`, `[a-z-[aeiou]]{3}`, `(?u)\p{Lu}`, `(?u)^\P{Lu}+$`, `\p{Lu}`,
	`\pL`, `\Qkube_pod\E`, `[[:alpha:]]_`, `(?P<n>a)`, `a++`, `(?n)(a)\1`, `\u{6b}`,
	`(?u)\u{6b}ube`, `\x6bube`, `\153ube`, `(?i)\u212a`, `^kube_(pod|node)_.*$`,
	`kube_pod_.+|kube_node_.+`, `.*`, `.+`, ``, `(`, `a{2`, `a{2}`, `a{2}{2}`, `*`,
	`kube_pod_status_phase`, `(?<n-m>a)`, `(?(1)a|b)`, `(a)(?(1)b|c)`, `(?<!a)b`, `(?e)a`,
	`(?r)a`, `(?R)`, `(?|a|b)`, `\k`, `\`, `[`, `[]`, `[^]`, `[z-a]`, `(?i`, `(?#`, `a|*`,
	`\bpod\b`, `\Bpod`, `_\w+_`, `(?=.*info)(?=.*pod)`, `^(?!.*(info|phase)).*$`, `(a)?\1b`,
	`(?:(a)|b)+\1`,
}

var writtenRe2 = []string{
	`(?i)KUBE_POD_INFO`, `(?i:KUBE)_pod`, `\Akube_pod_info\z`, `info\Z`, `\Qkube_pod\E`,
	`\Qkube`, `[[:alpha:]]_`, `[[:^alpha:]]`, `\pL`, `\pN`, `\p{Lu}`, `\p{^Lu}`, `\P{Lu}+`,
	`\p{Greek}`, `(?P<n>a)b`, `(?<n>a)b`, `(?'n'a)`, `(?U)a+`, `(?s)kube.pod`, `(?m)^kube`, `\C`,
	`(?=a)`, `(?!a)`, `(?<=a)b`, `(?>a)`, `\1`, `(a)\1`, `(?x)a b`, `(?#c)a`, `a++`, `a{1000}`,
	`a{1001}`, `(a{500}){3}`, `^kube_(pod|node)_.*$`, `\x{6b}ube`, `\x6bube`, `\u006bube`, `\z`,
	`.*`, ``, `(`, `*`, `a**`, `[a`, `[]`, `[z-a]`, `\`, `kube_pod_info`,
	`kube_pod_.+|kube_node_.+`, `\d`, `\bpod\b`, `[\d_]`, `[^\x00-\x7F]`, `(?i)\x{212a}`,
	`(?i)k`, `(?i)[k]`, `(?P<n>a)(?P<n>b)`, `(?P=n)`, `(?P>n)`, `(?-i)KUBE`, `(?i)(?-i)kube`,
}

var literals = []string{
	`kube`, `pod`, `info`, `_`, `a`, `b`, `ab`, `A`, `B`, `K`, `s`, `o`, `1`, `8`, `KUBE`,
	`INFO`, `aa`, `e`, `-`, `/`, `]`, `}`, `{`, `{,2}`, `{a}`, `:`, "\u00e9", "\u212a", "\u017f",
	"\u0130", `#`, ` `, "\t", `,`, `<`, `>`, `=`, `!`, `&`, `~`,
}

var quantifiers = []string{
	`*`, `+`, `?`, `*?`, `+?`, `??`, `{2}`, `{1}`, `{0}`, `{1,}`, `{0,2}`, `{2,1}`, `{1,2}?`,
	`++`, `*+`, `?+`, `{2}{2}`, `{2}+`, `{,3}`, `{1001}`, `{1000}`, `{ 2}`, `**`, ` +`,
}

var classesRegexp2 = []string{
	`[a-f]`, `[^a-f]`, `[a-z-[aeiou]]`, `[a-z-[^aeiou]]`, `[]`, `[^]`, `[]a]`, `[^]a]`,
	`[\w-[\d]]`, `[\d_]`, `[a-\d]`, `[\W]`, `[^\W]`, `[[:alpha:]]`, `[[:alpha:]_]`, `[[a]`,
	`[a[b]`, `[\b]`, `[\]a]`, `[a\-z]`, `[a-\-z]`, `[-a]`, `[a-]`, `[+--]`, `[\x61-\x63]`,
	`[\u0061]`, `[\141]`, `[\cA]`, `[\p-r]`, `[\pL]`, `[\PL]`, `[\p{Lu}]`, `[\P{Lu}]`, `[^\S]`,
	`[A-Z]`, `[k]`, `[\u2100-\u2200]`, `[\u0130]`, `[\W-[\s]]`, `[z-a]`, `[a-z-[a]b]`, `[\Q]`,
	`[a-[b]]`, `[a-c-[b]]`, `[\e]`, `[\a]`, `[.]`, `[(]`, `[)]`, `[|]`, `[\\]`, `[_-a]`,
}

var escapesRegexp2 = []string{
	`\A`, `\z`, `\Z`, `\G`, `\b`, `\B`, `\w`, `\W`, `\d`, `\D`, `\s`, `\S`, `\Q`, `\E`, `\pL`,
	`\p{L}`, `\p{Lu}`, `\P{Lu}`, `\p{Latin}`, `\PL`, `\x61`, `\x{61}`, `\u0061`, `\u{61}`,
	`\141`, `\0`, `\12`, `\8`, `\cA`, `\c`, `\a`, `\e`, `\k`, `\k<n>`, `\1`, `\2`, `\-`, `\_`,
	`\/`, `\.`, `\h`, `\R`, `\X`, `\K`, `\v`, `\u{130}`, `\u0130`, `\u212a`, `\u017f`, `\k<1>`,
	`\k'n'`, `\<n>`, `\i`, `\o`,
}

var openingsRegexp2 = []string{
	`(`, `(`, `(?:`, `(?:`, `(?:`, `(?=`, `(?!`, `(?<=`, `(?<!`, `(?>`, `(?>`, `(?<n>`, `(?'m'`,
	`(?P<n>`, `(?i:`, `(?-i:`, `(?s:`, `(?x:`, `(?n:`, `(?u:`, `(?im-s:`, `(?e:`, `(?r:`, `(?|`,
	`(?1>`, `(?<1>`, `(?<n-m>`, `(?(`, `(?(?=`, `(?(?!`, `(?(?<=`, `(?((`, `(?(n)`, `(?(1)`,
	`(?((?i)`,
}

var flagsRegexp2 = []string{
	`(?i)`, `(?i)`, `(?s)`, `(?x)`, `(?u)`, `(?n)`, `(?m)`, `(?-i)`, `(?i-s)`, `(?ix)`, `(?iu)`,
	`(?+i)`, `(?#c)`, `(?#`, `(?e)`, `(?)`, `(?U)`, `(?P`,
}

var classesRe2 = []string{
	`[a-f]`, `[^a-f]`, `[[:alpha:]]`, `[[:^alpha:]]`, `[[:word:]]`, `[[:upper:]_]`, `[[:foo:]]`,
	`[]a]`, `[^]a]`, `[]`, `[^]`, `[a-`, `[z-a]`, `[\d_]`, `[a-\d]`, `[\pL]`, `[\p{Lu}]`,
	`[^\pL]`, `[\P{Greek}]`, `[\b]`, `[\Qa]\E]`, `[[a]`, `[a[b]`, `[-a]`, `[a-]`, `[a-b-c]`,
	`[\x61-\x63]`, `[\x{61}]`, `[\141]`, `[\-]`, `[\_]`, `[\W]`, `[^\W]`, `[k]`, `[A-Z]`, `[&&]`,
	`[a&&b]`, `[.]`, `[(]`, `[\]]`, `[[:alnum:][:digit:]]`, `[\p{^Lu}]`, `[\pN]`, `[[.a.]]`,
	`[[=a=]]`, `[a\z]`, `[^\x00-\x{10FFFF}]`,
}

var escapesRe2 = []string{
	`\A`, `\z`, `\Z`, `\G`, `\b`, `\B`, `\w`, `\W`, `\d`, `\D`, `\s`, `\S`, `\Qa.b\E`, `\Q_\E`,
	`\Q`, `\E`, `\pL`, `\p{L}`, `\p{Lu}`, `\P{Lu}`, `\p{^Lu}`, `\p{Latin}`, `\PL`, `\pN`,
	`\p{Foo}`, `\p{latin}`, `\p{Any}`, `\x61`, `\x{61}`, `\x`, `\u0061`, `\141`, `\0`, `\07`,
	`\1`, `\8`, `\cA`, `\C`, `\a`, `\e`, `\f`, `\v`, `\k<n>`, `\-`, `\_`, `\/`, `\.`, `\h`, `\R`,
	`\X`, `\K`, `\"`, "\\\u00e9", `\ `, `\<`, `\y`,
}

var openingsRe2 = []string{
	`(`, `(`, `(?:`, `(?:`, `(?P<n>`, `(?<n>`, `(?P<m>`, `(?<1>`, `(?<>`, `(?'n'`, `(?i:`,
	`(?-i:`, `(?s:`, `(?U:`, `(?m:`, `(?im-s:`, `(?x:`, `(?=`, `(?!`, `(?<=`, `(?>`, `(?P=n`,
	`(?-:`, `(?i-:`, `(?:i`,
}

var flagsRe2 = []string{
	`(?i)`, `(?i)`, `(?s)`, `(?U)`, `(?m)`, `(?-i)`, `(?i-s)`, `(?x)`, `(?iU)`, `(?)`, `(?i`,
	`(?#c)`, `(?-)`, `(?u)`, `(?ii)`,
}

type tokens struct{ classes, escapes, openings, flags []string }

var anchors = []string{"^", "$", "|", "|"}

func main() {
	rows := []string{strings.Join(names, " ")}
	rows = append(rows, table("regexp2", writtenRegexp2,
		tokens{classesRegexp2, escapesRegexp2, openingsRegexp2, flagsRegexp2})...)
	rows = append(rows, table("re2", writtenRe2,
		tokens{classesRe2, escapesRe2, openingsRe2, flagsRe2})...)
	if err := os.WriteFile("expressions.tsv", []byte(strings.Join(rows, "\n")+"\n"), 0o644); err != nil {
		panic(err)
	}
}

func table(dialect string, written []string, t tokens) (rows []string) {
	for _, expression := range written {
		rows = append(rows, row(dialect, expression))
	}
	for made := 0; made < generatedRows; {
		expression := t.sequence(0)
		if random.Intn(7) == 0 {
			expression = "^" + expression
		}
		// What is refused, or matches nothing, is kept one time in five: it says little.
		line := row(dialect, expression)
		verdict := line[strings.LastIndex(line, "\t")+1:]
		if len(expression) > charsMax || strings.Trim(verdict, "0!") == "" && random.Intn(5) > 0 {
			continue
		}
		rows = append(rows, line)
		made++
	}
	return rows
}

func row(dialect, expression string) string {
	quoted, _ := json.Marshal(expression)
	return fmt.Sprintf("%s\t%s\t%s", dialect, quoted, verdict(dialect, expression))
}

// "!" for what is refused; else a hexadecimal number with a bit for each name, the first the highest.
func verdict(dialect, expression string) string {
	if dialect == "re2" {
		compiled, err := regexp.Compile(expression)
		if err != nil {
			return "!"
		}
		return verdicts(func(name string) (bool, error) { return compiled.MatchString(name), nil })
	}
	plain := verdictRegexp2(expression)
	if plain == "!" {
		return "!"
	}
	// regexp2 looks for places to begin at by rules with faults of their own: ^b|[^a] finds no b in
	// ab. Behind a prefix it does not; where the two differ, both are written, and the second counts.
	if slow := verdictRegexp2("^(?s:.*?)(?:" + expression + ")"); slow != "!" && slow != plain {
		return plain + "~" + slow
	}
	return plain
}

func verdictRegexp2(expression string) string {
	compiled, err := regexp2.Compile(expression, regexp2.ECMAScript)
	if err != nil {
		return "!"
	}
	compiled.MatchTimeout = 5 * time.Second
	return verdicts(compiled.MatchString)
}

func verdicts(matches func(string) (bool, error)) string {
	bits := ""
	for _, name := range names {
		matched, err := matches(name)
		if err != nil {
			panic(err)
		}
		if matched {
			bits += "1"
		} else {
			bits += "0"
		}
	}
	number, _ := strconv.ParseUint(bits, 2, 64)
	return strconv.FormatUint(number, 16)
}

func pick(from []string) string { return from[random.Intn(len(from))] }

func (t tokens) sequence(depth int) string {
	text := ""
	for i := 1 + random.Intn(3); i > 0; i-- {
		if random.Intn(16) == 0 {
			text += pick(t.flags)
		}
		text += t.atom(depth)
		if random.Intn(5) == 0 {
			text += pick(quantifiers)
		}
	}
	return text
}

func (t tokens) atom(depth int) string {
	choice := random.Intn(100)
	switch {
	case choice < 42 || depth > depthMax:
		return pick(literals)
	case choice < 52:
		return "."
	case choice < 64:
		return pick(t.classes)
	case choice < 80:
		return pick(t.escapes)
	case choice < 86:
		return pick(anchors)
	}
	opening := pick(t.openings)
	text := opening + t.sequence(depth+1)
	if strings.HasPrefix(opening, "(?(") {
		text += ")" + t.sequence(depth+1)
		if random.Intn(3) > 0 {
			text += "|" + t.sequence(depth+1)
		}
	}
	if random.Intn(60) > 0 {
		text += ")"
	}
	return text
}
