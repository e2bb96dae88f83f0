// Package netguard protects against server-side request forgery. URLs come from
// untrusted pages. A Guard therefore checks the IP address of every connection
// after DNS resolution, so that no spelling of a URL, no redirect and no changing
// DNS answer leads into a private network.
package netguard

import (
	"errors"
	"fmt"
	"net/netip"
	"syscall"

	"code.dny.dev/ssrf"
)

// ErrBlocked reports that an address does not belong to the public Internet.
var ErrBlocked = errors.New("blocked_address")

// cloudMetadata is a metadata service that the IANA registries do not list as
// special-purpose: Azure's WireServer.
var cloudMetadata = netip.MustParsePrefix("168.63.129.16/32")

// Guard rejects every special-purpose range of the IANA IPv4 and IPv6 registries
// (loopback, private, link-local and metadata, shared, mapped, NAT64, 6to4,
// Teredo and the rest) and every port except 80 and 443.
type Guard struct {
	allowed  []netip.Prefix
	guardian *ssrf.Guardian
}

// New returns a Guard. It permits addresses in allowed at any port.
func New(allowed []netip.Prefix) *Guard {
	return &Guard{allowed: allowed, guardian: ssrf.New(ssrf.WithDeniedV4Prefixes(cloudMetadata))}
}

// Control checks a connection that is about to be made. Its signature is that of
// net.Dialer.Control.
func (g *Guard) Control(network, hostPort string, c syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(hostPort)
	if err != nil {
		return fmt.Errorf("%w: %s is not an IP address with a port", ErrBlocked, hostPort)
	}
	if g.IsAllowlisted(ap.Addr()) {
		return nil
	}
	if err := g.guardian.Safe(network, hostPort, c); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrBlocked, hostPort, err)
	}
	return nil
}

// CheckAddr checks an address that another program, such as a proxy, will connect to.
func (g *Guard) CheckAddr(a netip.AddrPort) error {
	if g.IsAllowlisted(a.Addr()) {
		return nil
	}
	if err := g.guardian.SafeAddrPort(netip.AddrPortFrom(a.Addr().Unmap(), a.Port())); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrBlocked, a, err)
	}
	return nil
}

// IsAllowlisted reports whether an address is within the prefixes that were given
// to New.
func (g *Guard) IsAllowlisted(a netip.Addr) bool {
	for _, p := range g.allowed {
		if p.Contains(a.WithZone("")) || p.Contains(a.Unmap().WithZone("")) {
			return true
		}
	}
	return false
}
