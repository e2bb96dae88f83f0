package netguard_test

import (
	"errors"
	"net/netip"
	"testing"

	"github.com/clausea/crawler/internal/crawl/crawltest"
	"github.com/clausea/crawler/internal/crawl/netguard"
)

// checkBoth checks one address with both methods of a Guard.
func checkBoth(t *testing.T, g *netguard.Guard, at string) (control, check error) {
	t.Helper()
	ap, err := netip.ParseAddrPort(at)
	if err != nil {
		t.Fatal(err)
	}
	network := "tcp4"
	if ap.Addr().Is6() {
		network = "tcp6"
	}
	return g.Control(network, at, nil), g.CheckAddr(ap)
}

func TestGuardRejectsSpecialPurposeAddressesOnly(t *testing.T) {
	t.Parallel()
	g := netguard.New(nil)
	refused := []string{
		"93.184.215.14:22", "93.184.215.14:8080", "[2606:2800:21f:cb07:6820:80da:af6b:8b2c]:25", "[fe80::1%eth0]:80",
		"[::ffff:127.0.0.1]:80", "[::ffff:10.0.0.1]:443", "[64:ff9b::a9fe:a9fe]:80", "[2002:7f00:1::]:80", "[2001:0:808:808::1]:80",
	}
	for _, s := range crawltest.Special {
		refused = append(refused, netip.AddrPortFrom(netip.MustParseAddr(s), 443).String())
	}
	for _, at := range refused {
		if control, check := checkBoth(t, g, at); !errors.Is(control, netguard.ErrBlocked) || !errors.Is(check, netguard.ErrBlocked) {
			t.Errorf("%s: %v, %v; want it rejected", at, control, check)
		}
	}
	for _, at := range []string{"93.184.215.14:80", "93.184.215.14:443", "[2606:2800:21f:cb07:6820:80da:af6b:8b2c]:443", "172.32.0.1:443", "11.0.0.1:80"} {
		if control, check := checkBoth(t, g, at); control != nil || check != nil {
			t.Errorf("%s: %v, %v; want it permitted", at, control, check)
		}
	}
	if err := g.Control("tcp4", "example.com:80", nil); !errors.Is(err, netguard.ErrBlocked) {
		t.Errorf("a host name: %v, want it rejected: connections need an IP address", err)
	}
	if err := g.Control("udp4", "93.184.215.14:443", nil); !errors.Is(err, netguard.ErrBlocked) {
		t.Errorf("UDP: %v, want it rejected", err)
	}
}

func TestAllowlistedAddressesArePermittedAtAnyPort(t *testing.T) {
	t.Parallel()
	g := netguard.New([]netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd00:1::/32")})
	for _, at := range []string{"10.1.2.3:8443", "[::ffff:10.1.2.3]:80", "[fd00:1::5]:9"} {
		if control, check := checkBoth(t, g, at); control != nil || check != nil {
			t.Errorf("%s: %v, %v; want it permitted", at, control, check)
		}
	}
	for _, at := range []string{"10.2.0.1:80", "[fd00:2::1]:80"} {
		if control, check := checkBoth(t, g, at); control == nil || check == nil {
			t.Errorf("%s is permitted", at)
		}
	}
	if !g.IsAllowlisted(netip.MustParseAddr("10.1.2.3")) || g.IsAllowlisted(netip.MustParseAddr("93.184.215.14")) {
		t.Error("IsAllowlisted is not limited to the given prefixes")
	}
}

func TestAGuardForAnyPortStillRejectsSpecialPurposeAddresses(t *testing.T) {
	t.Parallel()
	g := netguard.NewAnyPort(nil)
	for _, s := range crawltest.Special {
		for _, port := range []uint16{443, 8443} {
			at := netip.AddrPortFrom(netip.MustParseAddr(s), port).String()
			if control, check := checkBoth(t, g, at); !errors.Is(control, netguard.ErrBlocked) || !errors.Is(check, netguard.ErrBlocked) {
				t.Errorf("%s: %v, %v; want it rejected", at, control, check)
			}
		}
	}
	if control, check := checkBoth(t, g, "93.184.215.14:8443"); control != nil || check != nil {
		t.Errorf("a public address at port 8443: %v, %v; want it permitted", control, check)
	}
}
