package google

import "strings"

// Setup is what somebody makes to link a project. All parts have the same name.
type Setup struct {
	Name    string // as certificate.NewLinkName makes it, or like it: it needs no quotes in a command
	PEM     string // the link's authority, or the account's certificate
	Project string // ID; empty: the one that Cloud Shell has selected
}

// condition accepts certificates with a name only.
func condition(name string) string { return "assertion.subject.dn.cn=='" + name + "'" }

// begin is how each command begins: the project, and its number.
func (s Setup) begin() string {
	project := `"$(gcloud config get-value project)"`
	if s.Project != "" {
		project = quoted(s.Project)
	}
	return "project=" + project + "\n"
}

const numbers = `number=$(gcloud projects describe "$project" --format='value(projectNumber)') &&
pool_number=$(gcloud projects describe "$pool_project" --format='value(projectNumber)') &&
`

// pool makes the pool with its provider, which trusts the authority and accepts
// certificates with the name of the link only.
func (s Setup) pool(services string) string {
	return strings.ReplaceAll("cat > NAME.yaml <<'EOF'\ntrustStore:\n  trustAnchors:\n  - pemCertificate: |\n"+indent(s.PEM, "      ")+"\nEOF\n"+
		s.begin()+"pool_project=$project\n"+numbers+
		`gcloud services enable `+services+` --project="$pool_project" &&
gcloud iam workload-identity-pools create NAME --location=global --project="$pool_project" --display-name=Mooring &&
gcloud iam workload-identity-pools providers create-x509 NAME --location=global --workload-identity-pool=NAME \
  --project="$pool_project" --trust-store-config-path=NAME.yaml --attribute-mapping=google.subject=assertion.subject.dn.cn \
  --attribute-condition="`+condition("NAME")+`" &&
member=principal://iam.googleapis.com/projects/$pool_number/locations/global/workloadIdentityPools/NAME/subject/NAME &&
`, "NAME", s.Name)
}

const (
	services    = "iam.googleapis.com sts.googleapis.com cloudresourcemanager.googleapis.com"
	credentials = " iamcredentials.googleapis.com"

	provider = `projects/%s/locations/global/workloadIdentityPools/NAME/providers/NAME`
)

// PoolCommand makes a pool whose certificates have permissions of their own, and prints
// what to paste. It doesn't change a pool that exists.
func (s Setup) PoolCommand() string {
	return s.pool(services) + strings.ReplaceAll(`gcloud projects add-iam-policy-binding "$project" --role=roles/viewer --condition=None --member="$member" --format=none &&
printf '{"project_id":"%s","project_number":"%s","provider":"`+provider+`"}\n' \
  "$project" "$number" "$pool_number"
`, "NAME", s.Name)
}

// ActingCommand makes a pool whose certificates act as a service account of its own, and
// prints what to paste.
func (s Setup) ActingCommand() string {
	return s.pool(services+credentials) + strings.ReplaceAll(`account=$(gcloud iam service-accounts create NAME --project="$pool_project" --display-name=Mooring --format='value(email)') &&
gcloud iam service-accounts add-iam-policy-binding "$account" --project="$pool_project" --role=roles/iam.workloadIdentityUser \
  --member="$member" --format=none &&
gcloud projects add-iam-policy-binding "$project" --role=roles/viewer --condition=None --member="serviceAccount:$account" --format=none &&
printf '{"project_id":"%s","project_number":"%s","provider":"`+provider+`","service_account":"%s"}\n' \
  "$project" "$number" "$pool_number" "$account"
`, "NAME", s.Name)
}

// KeyCommand makes a service account with the certificate as its key, and prints what to
// paste. It doesn't change a service account that exists.
func (s Setup) KeyCommand() string {
	return strings.ReplaceAll("cat > NAME.pem <<'EOF'\n"+strings.TrimSpace(s.PEM)+"\nEOF\n"+s.begin()+
		`number=$(gcloud projects describe "$project" --format='value(projectNumber)') &&
gcloud services enable iam.googleapis.com cloudresourcemanager.googleapis.com --project="$project" &&
account=$(gcloud iam service-accounts create NAME --project="$project" --display-name=Mooring --format='value(email)') &&
gcloud iam service-accounts keys upload NAME.pem --iam-account="$account" --project="$project" --format=none &&
gcloud projects add-iam-policy-binding "$project" --role=roles/viewer --condition=None --member="serviceAccount:$account" --format=none &&
printf '{"project_id":"%s","project_number":"%s","service_account":"%s"}\n' "$project" "$number" "$account"
`, "NAME", s.Name)
}

// uploadCommand uploads another certificate to a service account. Base64 in one line
// isn't PEM to every program, so fold breaks it.
func uploadCommand(account string) string {
	return "{ echo '-----BEGIN CERTIFICATE-----'; echo '<certificate>' | fold -w 64; echo '-----END CERTIFICATE-----'; } > mooring.pem\n" +
		"gcloud iam service-accounts keys upload mooring.pem --iam-account=" + account
}

// Terraform is what PoolCommand makes, for Terraform.
func (s Setup) Terraform() string {
	return strings.ReplaceAll(`data "google_project" "mooring" {}

resource "google_project_service" "mooring" {
  for_each           = toset(["`+strings.ReplaceAll(services, " ", `", "`)+`"])
  service            = each.key
  disable_on_destroy = false
}

resource "google_iam_workload_identity_pool" "mooring" {
  workload_identity_pool_id = "NAME"
  display_name              = "Mooring"
}

resource "google_iam_workload_identity_pool_provider" "mooring" {
  workload_identity_pool_id          = google_iam_workload_identity_pool.mooring.workload_identity_pool_id
  workload_identity_pool_provider_id = "NAME"
  attribute_mapping                  = { "google.subject" = "assertion.subject.dn.cn" }
  attribute_condition                = "`+condition("NAME")+`"
  x509 {
    trust_store {
      trust_anchors {
        pem_certificate = <<-EOT
`+indent(s.PEM, "          ")+`
        EOT
      }
    }
  }
}

resource "google_project_iam_member" "mooring" {
  project = data.google_project.mooring.project_id
  role    = "roles/viewer"
  member  = "principal://iam.googleapis.com/${google_iam_workload_identity_pool.mooring.name}/subject/NAME"
}

output "mooring" {
  value = {
    project_id     = data.google_project.mooring.project_id
    project_number = data.google_project.mooring.number
    provider       = google_iam_workload_identity_pool_provider.mooring.name
  }
}
`, "NAME", s.Name)
}

// Leftovers.
const (
	removeViewer  = "gcloud projects remove-iam-policy-binding {project} --role=roles/viewer --condition=None \\\n  --member={member}"
	deletePool    = "gcloud iam workload-identity-pools delete {pool} --quiet"
	deleteAccount = "gcloud iam service-accounts delete {account} --quiet"
)

func indent(text, with string) string {
	return with + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n"+with)
}
