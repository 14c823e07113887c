//go:build ignore

// Writes the table that the test of proxies reads: which proxy Go's own rules give a URL, and none, or
// an error. To renew it, copy this file into an empty folder:
//
//	go mod init proxies && go get golang.org/x/net@v0.61.0 && go run proxies.go
package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"strings"

	"golang.org/x/net/http/httpproxy"
)

var names = []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "REQUEST_METHOD"}

type env map[string]string

var targets = []string{
	"https://10.1.2.3:6443", "https://10.1.2.3", "http://10.1.2.3:8080", "https://192.168.0.1:443",
	"https://kube.example.com:6443", "https://kube.example.com", "http://kube.example.com",
	"https://example.com:6443", "https://notexample.com", "https://KUBE.Example.Com:6443",
	"https://a.b.example.com:6443", "https://kubernetes.default.svc", "https://example.com.:6443",
	"https://[2001:db8::1]:6443", "https://[2001:db8:1::1]", "https://[::ffff:10.1.2.3]:6443",
	"https://b%C3%BCcher.example:6443", "https://xn--bcher-kva.example",
}

var loopback = []string{
	"https://localhost:6443", "http://localhost:8080", "https://127.0.0.1:6443", "https://127.8.9.1",
	"https://[::1]:6443", "https://[::ffff:127.0.0.1]:6443", "https://localhost.example.com",
	"https://0.0.0.0:6443", "https://[::]:6443", "https://localhost.:6443", "https://128.0.0.1",
}

var exceptions = []string{
	"", "*", "x, *", "*,x", "* ", "**", "10.1.2.3", "10.1.2.3:6443", "10.1.2.3:443", "10.1.2.3:", " 10.1.2.3 ",
	"10.1.2.03", "10.0.0.0/8", "10.1.2.3/32", "10.1.2.3/0", "10.0.0.0/33", "10.0.0.0/08", "10.0.0.0/", "10.0.0.0/-1",
	"10.0.0.0/8:6443", "010.0.0.0/8", "10.0.0/8", "10.", "10", "10.*", "10.1.2", "0.0.0.0/0", "::/0",
	"192.168.0.0/16,10.0.0.0/8", "192.168.0.0/16 10.0.0.0/8", "192.168.0.0/16;10.0.0.0/8",
	"2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:6443", "[2001:db8::1]:443", "2001:db8::/32", "2001:db8::/48",
	"2001:0DB8:0:0:0:0:0:1", "[2001:db8::/32]", "2001:db8::1%eth0", "2001:db8::%eth0/32", "::ffff:10.1.2.3", "::ffff:10.0.0.0/104",
	"::ffff:0:0/96", "::ffff:0:0/90", "[::ffff:10.1.2.3]:6443", "[10.1.2.3]:6443",
	"example.com", ".example.com", "*.example.com", "*example.com", "*.*.example.com", "..example.com",
	"EXAMPLE.com", " example.com ", "example.com:6443", ".example.com:6443", "*.example.com:6443",
	"example.com:443", "example.com:https", "example.com:", "example.com:0443", "example.com.", ".com", "com", "kube.example.com",
	"kube.example.com:6443", "kube", "k*.example.com", "https://example.com", "example.com/", "a,b,,example.com",
	"a b example.com", "example.com,*", ":6443", "[]:6443", ".", "*.", "[", "[x", "]:1", "a:b:c", "[10.1.2.3]x:6443",
	"svc", ".svc", "default.svc", "*.svc,localhost", "b\u00fccher.example", "*.b\u00fccher.example", "xn--bcher-kva.example",
	"B\u00dcCHER.example", ".b\u00fccher.example", "\texample.com", "example.com\n,x", "127.0.0.1,::1", "localhost:1",
}

var proxies = []string{
	"http://proxy:3128", "proxy:3128", "proxy", "https://proxy", "https://proxy:8443", "HTTP://Proxy:3128",
	"socks5://proxy", "socks5://proxy:1081", "socks5h://proxy:1081", "10.0.0.9:3128", "http://[2001:db8::9]:3128",
	"[2001:db8::9]:3128", "http://me:pass@proxy:3128", "me:pass@proxy:3128", "me@proxy:3128", "http://me:p%40ss@proxy",
	"http://proxy:3128/", "proxy.example.com", "proxy_1:3128", "localhost:3128",
	// What follows can be no proxy.
	"http://me:%zz@proxy", "http://proxy:99x", "http://[x", "http://", "ftp://proxy:21", "http:proxy:3128", "//proxy:3128",
	"a proxy", "http://pro xy", ":3128", "socks4://proxy", "://proxy", "http:///x",
}

func main() {
	out, err := os.Create("proxies.tsv")
	check(err)
	defer out.Close()
	row := func(e env, targets ...string) {
		for _, target := range targets {
			variables, err := json.Marshal(e)
			check(err)
			fmt.Fprintf(out, "%s\t%s\t%s\n", variables, target, proxyOf(e, target))
		}
	}
	const proxy, other = "http://proxy:3128", "http://other:3128"
	for _, exception := range exceptions {
		row(env{"HTTPS_PROXY": proxy, "HTTP_PROXY": proxy, "NO_PROXY": exception}, targets...)
	}
	row(env{"HTTPS_PROXY": proxy, "HTTP_PROXY": proxy}, loopback...)
	row(env{"HTTPS_PROXY": proxy, "HTTP_PROXY": proxy, "NO_PROXY": "x"}, loopback...)
	for _, proxy := range proxies {
		row(env{"HTTPS_PROXY": proxy}, "https://kube.example.com:6443")
		row(env{"http_proxy": proxy}, "http://kube.example.com")
	}
	both := []string{"https://kube.example.com:6443", "http://kube.example.com"}
	for _, e := range []env{
		{}, {"HTTPS_PROXY": proxy}, {"https_proxy": proxy}, {"HTTP_PROXY": proxy}, {"http_proxy": proxy},
		{"HTTPS_PROXY": proxy, "https_proxy": other}, {"HTTP_PROXY": proxy, "http_proxy": other},
		{"HTTPS_PROXY": proxy, "https_proxy": ""}, {"HTTPS_PROXY": "", "HTTP_PROXY": proxy}, {"Https_Proxy": proxy},
		{"HTTPS_PROXY": proxy, "HTTP_PROXY": other}, {"ALL_PROXY": proxy}, {"all_proxy": proxy},
		{"HTTPS_PROXY": proxy, "NO_PROXY": "example.com", "no_proxy": "x"},
		{"HTTPS_PROXY": proxy, "NO_PROXY": "x", "no_proxy": "example.com"},
		{"HTTPS_PROXY": proxy, "NO_PROXY": "example.com", "no_proxy": ""},
		{"HTTPS_PROXY": proxy, "NO_PROXY": "", "no_proxy": "example.com"},
		{"HTTPS_PROXY": proxy, "HTTP_PROXY": other, "REQUEST_METHOD": "GET"},
		{"http_proxy": other, "REQUEST_METHOD": "GET"}, {"HTTP_PROXY": other, "REQUEST_METHOD": ""},
		{"HTTP_PROXY": other, "NO_PROXY": "example.com", "REQUEST_METHOD": "GET"},
	} {
		row(e, both...)
	}
}

// proxyOf is the answer as text: a URL, none, or error.
func proxyOf(e env, target string) string {
	for _, name := range append(names, "ALL_PROXY", "all_proxy", "Https_Proxy") {
		os.Unsetenv(name)
	}
	for name, value := range e {
		os.Setenv(name, value)
	}
	to, err := url.Parse(target)
	check(err)
	proxy, err := httpproxy.FromEnvironment().ProxyFunc()(to)
	switch {
	case err != nil:
		return "error"
	case proxy == nil:
		return "none"
	case !usable(proxy):
		return "unusable"
	}
	return proxy.String()
}

// usable tells whether net/http could connect to it; httpproxy itself takes nearly any text.
func usable(proxy *url.URL) bool {
	switch proxy.Scheme {
	case "http", "https", "socks5", "socks5h":
	default:
		return false
	}
	return proxy.Hostname() != "" && !strings.HasSuffix(proxy.Host, ":")
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
