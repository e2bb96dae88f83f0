// Package netguard guards where the crawler connects to. Pages come from
// strangers, and so do the addresses in them: a Guard decides on the IP address
// at the moment a connection is made, after DNS, so that no spelling, redirect or
// changing DNS answer leads into a private network.
package netguard

import (
	"errors"
	"fmt"
	"net/netip"
	"syscall"

	"code.dny.dev/ssrf"
)

// ErrBlocked says that an address is not one of the public Internet.
var ErrBlocked = errors.New("blocked_address")

// metadata are cloud services' addresses that the IANA registries don't list as
// special: Azure's wire server.
var metadata = netip.MustParsePrefix("168.63.129.16/32")

// Guard refuses every special-purpose range of the IANA IPv4 and IPv6 registries
// (loopback, private, link-local and metadata, shared, mapped, NAT64, 6to4,
// Teredo and the rest) and every port but 80 and 443.
type Guard struct {
	allowed  []netip.Prefix
	guardian *ssrf.Guardian
}

// New makes a Guard. Addresses in allowed are let through, at any port.
func New(allowed []netip.Prefix) *Guard {
	return &Guard{allowed: allowed, guardian: ssrf.New(ssrf.WithDeniedV4Prefixes(metadata))}
}

// Control is for net.Dialer.Control.
func (g *Guard) Control(network, hostPort string, c syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(hostPort)
	if err != nil {
		return fmt.Errorf("%w: %s is no address", ErrBlocked, hostPort)
	}
	if g.open(ap.Addr()) {
		return nil
	}
	if err := g.guardian.Safe(network, hostPort, c); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrBlocked, hostPort, err)
	}
	return nil
}

// CheckAddr is for an address that somebody else will connect to, as a proxy does.
func (g *Guard) CheckAddr(a netip.AddrPort) error {
	if g.open(a.Addr()) {
		return nil
	}
	if err := g.guardian.SafeAddrPort(netip.AddrPortFrom(a.Addr().Unmap(), a.Port())); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrBlocked, a, err)
	}
	return nil
}

// IsAllowlisted says whether an address is one of those that New was told to let through.
func (g *Guard) IsAllowlisted(a netip.Addr) bool { return g.open(a) }

func (g *Guard) open(a netip.Addr) bool {
	for _, p := range g.allowed {
		if p.Contains(a.WithZone("")) || p.Contains(a.Unmap().WithZone("")) {
			return true
		}
	}
	return false
}
