package signin

import (
	"net/netip"
	"sync"
)

// The limits of sign-ins that are delayed at once. That of a network is low, so that an attacker
// needs more than a hundred networks to make the sign-ins of others fail.
const (
	maxDelayed          = 512
	maxDelayedOfNetwork = 4
)

// delays counts the sign-ins that are delayed.
type delays struct {
	mu        sync.Mutex
	total     int
	ofNetwork map[string]int
}

// begin counts a sign-in, or returns false if a limit is reached.
func (d *delays) begin(network string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.total >= maxDelayed || d.ofNetwork[network] >= maxDelayedOfNetwork {
		return false
	}
	if d.ofNetwork == nil {
		d.ofNetwork = map[string]int{}
	}
	d.total++
	d.ofNetwork[network]++
	return true
}

// end takes back a begin.
func (d *delays) end(network string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.total--
	if d.ofNetwork[network]--; d.ofNetwork[network] == 0 {
		delete(d.ofNetwork, network)
	}
}

// networkOf returns the network of an address: the smallest that providers rent out and announce,
// 24 bits of IPv4 and 48 bits of IPv6.
func networkOf(ipAddress string) string {
	ip, err := netip.ParseAddr(ipAddress)
	if err != nil {
		return ipAddress
	}
	ip = ip.Unmap().WithZone("")
	bits := 48
	if ip.Is4() {
		bits = 24
	}
	p, err := ip.Prefix(bits)
	if err != nil {
		return ipAddress
	}
	return p.String()
}
