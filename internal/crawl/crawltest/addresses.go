package crawltest

import (
	"fmt"
	"net/netip"
	"strings"
)

// Spelling is one way to write an address that a crawler must not reach.
type Spelling struct {
	Name string
	// Ref is a URL reference to the address, with a unique path.
	Ref string
}

// Special has addresses of every kind that no public site has: loopback, private,
// link-local, reserved, and those of the metadata services of clouds.
var Special = []string{
	"127.0.0.2", "127.0.0.9", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.254", "192.168.0.1",
	"169.254.169.254", // metadata service of most clouds
	"100.100.100.200", // metadata service of Alibaba Cloud
	"192.0.0.192",     // metadata service of Oracle Cloud
	"168.63.129.16",   // Azure wire server
	"100.64.0.1", "198.18.0.1", "203.0.113.7", "224.0.0.1", "240.0.0.1", "255.255.255.255",
	"::1", "::", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "2001:db8::1", "100::1",
	"64:ff9b:1::a00:1", "2001:20::1", "3fff::1", "5f00::1",
}

// Spellings returns the ways to write the Special addresses as http URLs, each with a
// path of its own that suggests a legal document.
func Spellings() []Spelling {
	var all []Spelling
	add := func(name, format string, a ...any) {
		ref := fmt.Sprintf(format, a...)
		all = append(all, Spelling{Name: name, Ref: fmt.Sprintf("%s/terms-%s", ref, letters(len(all)))})
	}
	for _, s := range Special {
		a := netip.MustParseAddr(s)
		if a.Is6() {
			add(s, "http://[%s]", s)
			add(s+" in full", "http://[%s]", a.StringExpanded())
			add(s+" with a zone", "http://[%s%%25lo]", s)
			add(s+" in capitals", "http://[%s]", strings.ToUpper(s))
			continue
		}
		b := a.As4()
		n := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
		high, low := n>>16, n&0xffff
		add(s, "http://%s", s)
		add(s+" decimal", "http://%d", n)
		add(s+" hex", "http://0x%x", n)
		add(s+" HEX", "HTTP://0X%X", n)
		add(s+" octal", "http://0%o", n)
		add(s+" dotted octal", "http://0%o.0%o.0%o.0%o", b[0], b[1], b[2], b[3])
		add(s+" dotted hex", "http://0x%x.0x%x.0x%x.0x%x", b[0], b[1], b[2], b[3])
		add(s+" mixed", "http://%d.0x%x.0%o.%d", b[0], b[1], b[2], b[3])
		add(s+" of two parts", "http://%d.%d", b[0], n&0xffffff)
		add(s+" of three parts", "http://%d.%d.%d", b[0], b[1], low)
		add(s+" padded", "http://%04o.%04o.%04o.%04o", b[0], b[1], b[2], b[3])
		add(s+" with a dot", "http://%s.", s)
		add(s+" escaped", "http://%s", escaped(s))
		add(s+" fullwidth", "http://%s", shifted(s, '０', '．'))
		add(s+" circled", "http://%s", circled(s))
		add(s+" ideographic dots", "http://%s", strings.ReplaceAll(s, ".", "。"))
		add(s+" halfwidth dots", "http://%s", strings.ReplaceAll(s, ".", "｡"))
		add(s+" with a tab", "http://%s\t", s)
		add(s+" broken by lines", "ht\ntp://%s\n", s)
		add(s+" without slashes", "http:%s", s)
		add(s+" with backslashes", `http:\\%s\`, s)
		add(s+" with one of each", `http:/\%s`, s)
		add(s+" with many slashes", "http://///%s", s)
		add(s+" behind a name", "http://public.example@%s", s)
		add(s+" before a backslash", `http://%s\@public.example`, s)
		add(s+" on port 80", "http://%s:0080", s)
		add(s+" mapped", "http://[::ffff:%x:%x]", high, low)
		add(s+" mapped and dotted", "http://[::ffff:%s]", s)
		add(s+" compatible", "http://[::%s]", s)
		add(s+" by NAT64", "http://[64:ff9b::%x:%x]", high, low)
		add(s+" by 6to4", "http://[2002:%x:%x::1]", high, low)
		add(s+" by Teredo", "http://[2001:0:808:808:0:ffff:%x:%x]", high^0xffff, low^0xffff)
		add(s+" by ISATAP", "http://[fe80::5efe:%s]", s)
	}
	return all
}

// Internal has host names of clusters, clouds and attackers, and the addresses that they
// resolve to.
var Internal = map[string]string{
	"kubernetes.default.svc":               "10.96.0.1",
	"kubernetes.default.svc.cluster.local": "10.96.0.1",
	"mongo.clausea.svc.cluster.local":      "10.244.0.17",
	"metadata.google.internal":             "169.254.169.254",
	"instance-data.ec2.internal":           "169.254.169.254",
	"db.corp":                              "192.168.7.7",
	"127-0-0-2.attacker.example":           "127.0.0.2",
	"loopback.attacker.example":            "127.0.0.3",
	"six.attacker.example":                 "::1",
	"wire.attacker.example":                "168.63.129.16",
}

func escaped(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		fmt.Fprintf(&b, "%%%02x", c)
	}
	return b.String()
}

func shifted(s string, zero, dot rune) string {
	return strings.Map(func(r rune) rune {
		if r == '.' {
			return dot
		}
		return zero + r - '0'
	}, s)
}

func circled(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '.', '0':
			return map[rune]rune{'.': '.', '0': '⓪'}[r]
		default:
			return '①' + r - '1'
		}
	}, s)
}

// letters returns a number in letters, in base 20.
func letters(n int) string {
	s := ""
	for ; n > 0 || s == ""; n /= 20 {
		s += string("bcdfghjklmnpqrstvwxz"[n%20])
	}
	return s
}
