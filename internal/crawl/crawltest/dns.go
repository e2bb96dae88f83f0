package crawltest

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// Answer is the answer of a name server to one question.
type Answer struct {
	CNAME string // an alias on the way to the addresses
	Addrs []netip.Addr
}

// Answerer returns the answer to the n-th question, counted from 0, for a name. six is set if
// the question is for AAAA records.
type Answerer func(name string, six bool, n int) Answer

// Resolver returns a resolver that asks a name server on loopback. The answers have a
// time to live of 0.
func Resolver(t testing.TB, answer Answerer) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() { serveDNS(conn, answer) })
	t.Cleanup(func() {
		_ = conn.Close()
		wg.Wait()
	})
	at := conn.LocalAddr().String()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp4", at)
	}}
}

func serveDNS(conn net.PacketConn, answer Answerer) {
	questions := map[dnsmessage.Question]int{}
	buf := make([]byte, 4096)
	for {
		n, from, err := conn.ReadFrom(buf)
		if err != nil {
			return
		}
		var m dnsmessage.Message
		if err := m.Unpack(buf[:n]); err != nil || len(m.Questions) != 1 {
			continue
		}
		q := m.Questions[0]
		six := q.Type == dnsmessage.TypeAAAA
		m.Response, m.Authoritative, m.RecursionAvailable = true, true, true
		m.Additionals = nil
		if six || q.Type == dnsmessage.TypeA {
			name := strings.ToLower(strings.TrimSuffix(q.Name.String(), "."))
			fill(&m, q, answer(name, six, questions[q]), six)
			questions[q]++
		}
		out, err := m.Pack()
		if err != nil {
			continue
		}
		_, _ = conn.WriteTo(out, from)
	}
}

func fill(m *dnsmessage.Message, q dnsmessage.Question, a Answer, six bool) {
	name := q.Name
	if a.CNAME != "" {
		alias, err := dnsmessage.NewName(a.CNAME + ".")
		if err != nil {
			return
		}
		m.Answers = append(m.Answers, dnsmessage.Resource{
			Header: dnsmessage.ResourceHeader{Name: name, Type: dnsmessage.TypeCNAME, Class: dnsmessage.ClassINET},
			Body:   &dnsmessage.CNAMEResource{CNAME: alias},
		})
		name = alias
	}
	for _, addr := range a.Addrs {
		h := dnsmessage.ResourceHeader{Name: name, Class: dnsmessage.ClassINET}
		switch {
		case six && addr.Is6():
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: h, Body: &dnsmessage.AAAAResource{AAAA: addr.As16()}})
		case !six && addr.Is4():
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: h, Body: &dnsmessage.AResource{A: addr.As4()}})
		}
	}
	if len(a.Addrs) == 0 && a.CNAME == "" {
		m.RCode = dnsmessage.RCodeNameError
	}
}
