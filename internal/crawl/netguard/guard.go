// Package netguard protects against server-side request forgery. A crawl takes its
// URLs from untrusted pages. A Guard checks the IP address of each connection after
// DNS resolution, so that no spelling of a URL, no redirect and no changing DNS answer
// leads into a private network.
package netguard

import (
	"errors"
	"fmt"
	"net/netip"
	"syscall"

	"code.dny.dev/ssrf"
)

// ErrBlocked reports a connection that the Guard does not permit: its IP address is
// not public, or its port is not permitted.
var ErrBlocked = errors.New("blocked_address")

// azureWireServer is the address of Azure's metadata service. The IANA registries do
// not list it as special-purpose.
var azureWireServer = netip.MustParsePrefix("168.63.129.16/32")

// Guard rejects every special-purpose range of the IANA IPv4 and IPv6 registries
// (loopback, private, link-local and metadata, shared, mapped, NAT64, 6to4,
// Teredo and the rest). The Guard of New also rejects every port except 80 and 443. The zero
// value is not usable.
type Guard struct {
	allowed  []netip.Prefix
	guardian *ssrf.Guardian
}

// New returns a Guard that in addition permits every port of the addresses in allowed.
func New(allowed []netip.Prefix) *Guard {
	return &Guard{allowed: allowed, guardian: ssrf.New(ssrf.WithDeniedV4Prefixes(azureWireServer))}
}

// NewAnyPort returns a Guard as New does that permits every port. It is for URLs that an
// administrator configured, such as the endpoints of webhooks; their ports are checked elsewhere.
func NewAnyPort(allowed []netip.Prefix) *Guard {
	return &Guard{allowed: allowed, guardian: ssrf.New(ssrf.WithDeniedV4Prefixes(azureWireServer), ssrf.WithAnyPort())}
}

// Control checks a connection before it is made. It has the signature of
// net.Dialer.Control. Its errors wrap ErrBlocked.
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

// IsPort reports whether an error of a Guard is about a port that is neither 80 nor 443.
func IsPort(err error) bool { return errors.Is(err, ssrf.ErrProhibitedPort) }

// CheckAddr checks an address to which another program, such as a proxy, will connect.
// Its errors wrap ErrBlocked.
func (g *Guard) CheckAddr(a netip.AddrPort) error {
	if g.IsAllowlisted(a.Addr()) {
		return nil
	}
	if err := g.guardian.SafeAddrPort(netip.AddrPortFrom(a.Addr().Unmap(), a.Port())); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrBlocked, a, err)
	}
	return nil
}

// IsAllowlisted reports whether an address is within the prefixes that New received.
func (g *Guard) IsAllowlisted(a netip.Addr) bool {
	for _, p := range g.allowed {
		if p.Contains(a.WithZone("")) || p.Contains(a.Unmap().WithZone("")) {
			return true
		}
	}
	return false
}
