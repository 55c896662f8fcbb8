package main

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"mooring/credential"
)

const day = 24 * time.Hour

// fill puts n linked accounts into an empty database, the same ones each time:
// with their accounts, people and certificates, around the given hour. It takes away what is kept
// beside each row and makes it again at the end, since that is faster at once
// than row by row, and ends with what the migrations would have made.
func fill(ctx context.Context, into *sql.DB, hour time.Time, n int) error {
	tx, err := into.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // without effect after Commit
	kept, err := takeAway(ctx, tx)
	if err != nil {
		return err
	}
	f := filler{ctx: ctx, tx: tx, hour: hour, random: rand.New(rand.NewPCG(1, uint64(n)))}
	f.people(max(30, n*3/1000))
	f.accounts(max(20, n/500))
	f.credentials(n)
	for _, statement := range slices.Concat(kept, countAll) {
		f.exec(statement)
	}
	if f.err != nil {
		return f.err
	}
	return tx.Commit()
}

// takeAway drops the indexes and triggers of the list, and gives the statements
// that make them again.
func takeAway(ctx context.Context, tx *sql.Tx) (again []string, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT type, name, sql FROM sqlite_schema WHERE type IN ('index', 'trigger') AND tbl_name = 'credentials' AND name LIKE 'register!_%' ESCAPE '!'`)
	if err != nil {
		return nil, err
	}
	var drop []string
	for rows.Next() {
		var kind, name, statement string
		if err := rows.Scan(&kind, &name, &statement); err != nil {
			return nil, err
		}
		drop, again = append(drop, "DROP "+kind+" "+name), append(again, statement)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for _, statement := range drop {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return nil, err
		}
	}
	return again, nil
}

// countAll are the statements of the migration that begin the counters and the
// indexes of texts.
var countAll = []string{
	`DELETE FROM register_counts`,
	`DELETE FROM register_accounts`,
	`DELETE FROM register_people`,
	`DELETE FROM register_texts`,
	`INSERT INTO register_counts (what, key, total)
	 SELECT 'all', '', count(*) FROM credentials
	  UNION ALL SELECT 'status', status, count(*) FROM credentials GROUP BY status
	  UNION ALL SELECT 'provider', provider, count(*) FROM credentials GROUP BY provider
	  UNION ALL SELECT 'never-reviewed', '', count(*) FROM credentials WHERE reviewed_at = 0`,
	`INSERT INTO register_accounts (account_id, name, total)
	 SELECT a.id, a.name, count(*) FROM credentials c JOIN accounts a ON a.id = c.account_id GROUP BY a.id`,
	`INSERT INTO register_people (person_id, name, email, total)
	 SELECT p.id, p.name, p.email, count(*) FROM credentials c JOIN people p ON p.id = c.created_by GROUP BY p.id`,
	`INSERT INTO register_texts (rowid, label, cloud_account_name, cloud_account)
	 SELECT -number, label, cloud_account_name, cloud_account FROM credentials ORDER BY number DESC`,
}

// filler makes rows. After its first error it does nothing more.
type filler struct {
	ctx    context.Context
	tx     *sql.Tx
	hour   time.Time
	random *rand.Rand
	err    error

	persons  []string // ids
	owners   []string // account ids
	expiries [][]time.Time
}

func (f *filler) exec(statement string, args ...any) {
	if f.err == nil {
		_, f.err = f.tx.ExecContext(f.ctx, statement, args...)
	}
}

func (f *filler) prepare(statement string) *sql.Stmt {
	if f.err != nil {
		return nil
	}
	prepared, err := f.tx.PrepareContext(f.ctx, statement)
	f.err = err
	return prepared
}

func (f *filler) run(prepared *sql.Stmt, args ...any) {
	if f.err == nil {
		_, f.err = prepared.ExecContext(f.ctx, args...)
	}
}

func pick[T any](f *filler, from []T) T { return from[f.random.IntN(len(from))] }

// chance is true in so many of a thousand.
func (f *filler) chance(perMille int) bool { return f.random.IntN(1000) < perMille }

var (
	firstNames = strings.Fields(`Ada Alan Amara Anouk Aziz Beatriz Bela Bruno Chen Clara Dalia Dario Edda Emil Esra Farid Fatima Felix
		Greta Hana Hugo Ida Imani Ines Ivan Jonas Julia Kaito Karim Leila Lena Liam Lotte Luca Mara Mei Milan Mina Nadia Nils Noor Olga
		Omar Otto Paula Pedro Priya Rafael Rosa Samir Sara Selma Sven Tarek Thea Tomas Uma Vera Yara Zoe`)
	lastNames = strings.Fields(`Abbot Adeyemi Almeida Bauer Becker Bianchi Brandt Castillo Costa Dahl Demir Dubois Eriksen Farkas Ferrari
		Fischer Fontaine Garcia Haddad Hansen Hartmann Ivanova Jansen Kaya Keller Kimura Kowalski Kraus Lang Larsen Lindqvist Lopez Marin
		Mbeki Meyer Moreau Nakamura Novak Okafor Olsen Pereira Petrov Quist Rahman Rossi Sato Schmidt Silva Tanaka Weber`)
	adjectives = strings.Fields(`amber blue calm clear coral deep east fair gentle golden grand green grey high inner iron ivory jade long
		lower lunar misty new north old outer pale quiet red salt sandy silver small solar south still stone sunny swift tall upper warm
		west white wide wild windy young`)
	places = strings.Fields(`anchor basin bay beach beacon bluff bridge buoy canal cape channel cliff coast cove creek delta dock dune
		ferry fjord gulf harbor haven inlet island jetty lagoon landing lighthouse lock marina marsh mole mooring oyster pier point port
		quay reef river sail shoal shore sound spit strait tide wharf`)
	stages   = strings.Fields(`Production Staging Development Sandbox Test Training`)
	purposes = strings.Fields(`Accounting Analytics Archive Backup Billing Booking Builds Catalog Claims Compliance Contracts Customs
		Dashboards Deliveries Design Events Exports Finance Fleet Forecasts Freight Gateway Identity Imports Insurance Intranet Inventory
		Invoices Kiosk Ledger Legal Logistics Loyalty Mail Maps Marketing Media Messaging Metering Mobile Monitoring Orders Partners
		Payments Payroll Planning Portal Pricing Procurement Quality Recruiting Registry Reports Research Returns Routing Safety Sales
		Scheduling Search Security Sensors Shipping Storage Support Surveys Taxes Telemetry Tickets Tracking Trade Vault Video Voice
		Warehouse Weather Web Wiki Workflow`)
)

func (f *filler) people(n int) {
	add := f.prepare(`INSERT INTO people (id, email, name, password_hash, site_admin, theme, created_at) VALUES (?, ?, ?, '', ?, 'system', ?)`)
	for i := range n {
		first, last := firstNames[i%len(firstNames)], lastNames[i/len(firstNames)%len(lastNames)]
		email := fmt.Sprintf("%s.%s@example.com", strings.ToLower(first), strings.ToLower(last))
		if again := i / len(firstNames) / len(lastNames); again > 0 {
			email = fmt.Sprintf("%s.%s%d@example.com", strings.ToLower(first), strings.ToLower(last), again)
		}
		id := f.id()
		f.run(add, id, email, first+" "+last, i < 5, f.hour.Add(-400*day).UnixMilli())
		f.persons = append(f.persons, id)
	}
}

// accounts makes organizations, each with a certificate of every season.
func (f *filler) accounts(n int) {
	add := f.prepare(`INSERT INTO accounts (id, name, kind, created_at) VALUES (?, ?, 'organization', ?)`)
	certify := f.prepare(`INSERT INTO certificates (id, account_id, active, der, sha1, sealed_key, not_before, not_after, created_at)
		VALUES (?, ?, ?, x'30', ?, x'00', ?, ?, ?)`)
	for i := range n {
		id := f.id()
		name := adjectives[i%len(adjectives)] + "-" + places[i/len(adjectives)%len(places)]
		if again := i / len(adjectives) / len(places); again > 0 {
			name = fmt.Sprintf("%s-%d", name, again)
		}
		f.run(add, id, name, f.hour.Add(-400*day).UnixMilli())
		var ends []time.Time
		for season := range seasons {
			end := f.hour.Add(-10*day + time.Duration(season)*375/seasons*day + time.Duration(f.random.IntN(375*24/seasons))*time.Hour)
			begin := end.Add(-365 * day)
			f.run(certify, certificateOf(id, season), id, season == seasons-1, strings.Repeat("0", 40), begin.UnixMilli(), end.UnixMilli(), begin.UnixMilli())
			ends = append(ends, end)
		}
		f.owners, f.expiries = append(f.owners, id), append(f.expiries, ends)
	}
}

const seasons = 4

func certificateOf(accountID string, season int) string { return fmt.Sprint(accountID, season) }

func (f *filler) credentials(n int) {
	add := f.prepare(`
		INSERT INTO credentials (id, account_id, provider, label, environment, method, cloud_account, cloud_parent, principal,
		       certificate_id, state, version, cloud_account_name, rights, created_by, created_at, fresh_from, last_checked_at,
		       could_not_check_at, attempts, next_check_at, next_trigger, status, expires_at, reason, reviewed_at, reviewed_by)
		VALUES (?, ?, ?, ?, 'public', 'application', ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, 0, 0, ?, 'schedule', ?, ?, ?, ?, ?)`)
	for i := range n {
		// Few accounts have many links and many have few.
		u := f.random.Float64()
		owner := int(u * u * float64(len(f.owners)))
		accountID, season := f.owners[owner], f.random.IntN(seasons)
		expires := f.expiries[owner][season]

		provider, subscriptionID := f.subscription()
		purpose, number := pick(f, purposes), f.random.IntN(400)+1
		label := fmt.Sprintf("%s %s %d", pick(f, stages), purpose, number)
		if f.chance(20) {
			label = pick(f, stages) // the labels of many
		}
		created := f.hour.Add(-time.Duration(n-i) * 380 * day / time.Duration(n))
		state, status, reason := f.state(expires)
		checked := f.hour.Add(-time.Duration(f.random.Int64N(int64(day)))).UnixMilli()
		switch {
		case state == "not-verified" || state == "pending-approval":
			checked = 0
		case f.chance(30):
			checked = f.hour.Add(-time.Duration(f.random.Int64N(int64(90 * day)))).UnixMilli()
		}
		if status == "connected" && checked > 0 && !time.UnixMilli(checked).After(f.hour.Add(-credential.UncheckedLimit)) {
			status = string(credential.StatusWarning)
		}
		var person, reviewer any
		if !f.chance(30) {
			person = f.persons[(owner*7+f.random.IntN(5))%len(f.persons)]
		}
		reviewed := int64(0)
		if f.chance(550) {
			reviewed, reviewer = f.hour.Add(-time.Duration(f.random.Int64N(int64(365*day)))).UnixMilli(), f.persons[f.random.IntN(5)]
		}
		f.run(add, f.id(), accountID, provider, label, subscriptionID, f.uuid(), f.uuid(), certificateOf(accountID, season), state,
			fmt.Sprintf("%s %d", purpose, number), `[{"key":"azure-read","granted":true,"excessive":false}]`,
			person, created.UnixMilli(), created.UnixMilli(), checked, f.hour.Add(30*day).UnixMilli(), status, expires.UnixMilli(), reason, reviewed, reviewer)
	}
}

// state gives what follows from the certificate's end for most, and another
// state for some.
func (f *filler) state(expires time.Time) (state, status, reason string) {
	switch at := f.random.IntN(1000); {
	case at < 2:
		return "waiting", "waiting", ""
	case at < 7:
		return "pending-approval", "pending-approval", "New links of this provider need an approval."
	case at < 30:
		return "not-verified", "not-verified", ""
	case at < 80:
		return "needs-attention", "needs-attention", ""
	case at < 130:
		return "disabled", "disabled", ""
	case at < 140:
		return "stopped", "disabled", "Nobody could say what it is for."
	}
	switch left := expires.Sub(f.hour); {
	case left <= 0:
		return "connected", "needs-attention", ""
	case left <= 30*day:
		return "connected", "expiring", ""
	}
	return "connected", "connected", ""
}

func (f *filler) subscription() (provider, id string) {
	switch at := f.random.IntN(100); {
	case at < 80:
		return "azure", f.uuid()
	case at < 92:
		return "aws", fmt.Sprintf("%012d", f.random.Int64N(1e12))
	case at < 98:
		return "gcp", fmt.Sprintf("%s-%s-%06d", pick(f, adjectives), pick(f, places), f.random.IntN(1e6))
	}
	return "oci", f.uuid()
}

func (f *filler) uuid() string {
	a, b := f.random.Uint64(), f.random.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x", a>>32, a>>16&0xffff, a&0xfff, b>>48&0x3fff|0x8000, b&0xffffffffffff)
}

// id looks like those that the program makes.
func (f *filler) id() string {
	return fmt.Sprintf("%016x%010x", f.random.Uint64(), f.random.Uint64()>>24)
}
