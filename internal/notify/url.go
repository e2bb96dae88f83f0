package notify

import (
	"errors"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// maxURL is the maximum length of the URL of an endpoint, in bytes. It is that of the store.
const maxURL = 2048

// minPort is the lowest port that is permitted besides 80 and 443. Ports below belong to services
// of the system, such as mail, which a request could abuse.
const minPort = 1024

// Host returns the host and the port of the URL of a webhook, for logs: its path and query can be
// credentials.
func Host(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "invalid"
	}
	return u.Host
}

// CheckURL returns an error if a webhook cannot have a URL. It sends no request. The error does
// not contain the URL.
func (c *Client) CheckURL(raw string) error {
	u, err := url.Parse(raw)
	if err != nil || len(raw) > maxURL || u.Opaque != "" || u.Hostname() == "" {
		return errors.New("is not a URL such as https://example.com/webhook of at most 2048 bytes")
	}
	if strings.ContainsFunc(raw, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\\' }) {
		return errors.New("contains a space, a control character or a backslash")
	}
	switch {
	case u.User != nil:
		return errors.New("contains a user name or a password; put a credential into the path or the query, or verify the signature")
	case u.Fragment != "" || strings.HasSuffix(raw, "#"):
		return errors.New("contains a fragment, which is not sent")
	case u.Scheme == "http" && !c.allowsPlain:
		return errors.New("is not an https URL")
	case u.Scheme != "https" && u.Scheme != "http":
		return errors.New("is not an https URL")
	}
	if err := checkPort(u.Port()); err != nil {
		return err
	}
	return c.checkAddr(u)
}

// checkPort returns an error unless webhooks may use a port. An empty one is that of the scheme.
func checkPort(port string) error {
	if port == "" {
		return nil
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n != 80 && n != 443 && n < minPort {
		return errors.New("has a port that is not permitted; use 443, 80, or 1024 and above")
	}
	return nil
}

// checkAddr returns an error if the host of a URL is an IP address to which no webhook is sent.
func (c *Client) checkAddr(u *url.URL) error {
	if a, err := netip.ParseAddr(u.Hostname()); err == nil {
		if err := c.guard.CheckAddr(netip.AddrPortFrom(a, 443)); err != nil {
			return errors.New("has an IP address that is not public")
		}
		if u.Scheme == "http" && !c.guard.IsAllowlisted(a) {
			return errors.New("is not an https URL")
		}
	}
	return nil
}
