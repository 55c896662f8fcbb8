package aws

// words name what an ARN is of.
var words = map[Kind]string{TrustAnchor: "trust anchor", Profile: "profile", Role: "role"}

// sayProblem says what is wrong with an ARN.
func sayProblem(p *ARNError) string {
	what := words[p.Kind]
	switch p.Problem {
	case ProblemOtherKind:
		if p.Found != "" {
			return "This is the ARN of a " + words[p.Found] + ". Paste the ARN of the " + what + " here."
		}
		return "This isn't the ARN of a " + what + "."
	case ProblemPartition:
		return "Mooring can't link accounts in this AWS partition."
	case ProblemAccount:
		return "The account ID in this ARN doesn't have 12 digits. Copy the ARN again."
	case ProblemRegion:
		return "Mooring doesn't know the region in this ARN. Copy the ARN again."
	case ProblemName:
		return "The end of this ARN isn't right. Copy the ARN of the " + what + " again."
	case ProblemOtherPartition:
		return "The " + what + " is in a different AWS partition than the trust anchor."
	case ProblemOtherRegion:
		return "The " + what + " is in a different region than the trust anchor. Create both in the same region."
	case ProblemOtherAccount:
		return "The " + what + " is in a different AWS account than the trust anchor."
	}
	return sayNoARN(p.Kind)
}

func sayNoARN(kind Kind) string {
	return "This isn't an ARN. Paste the entire ARN of the " + words[kind] + ", which begins with arn:."
}

// What is said beside the fields.
const (
	sayMethod        = "Choose one of the methods in the list."
	sayPartition     = "Mooring doesn't know this AWS partition."
	sayNoParent      = "AWS accounts are listed by their account ID."
	sayAccount       = "An account ID has 12 digits, such as 111122223333."
	sayNothing       = "Paste the output of the command, or enter the three ARNs."
	saySecret        = "This contains an access key or another secret. Mooring doesn't need it and hasn't kept it. If it is in use, deactivate it in IAM."
	sayAssumedRole   = "This is the ARN of a session. Paste the ARN of the role, which looks like arn:aws:iam::111122223333:role/mooring."
	sayPastedForm    = "This isn't the output of the command, and Mooring hasn't kept it. Paste all that the command printed, with the three ARNs."
	sayPastedDiffers = "This names something else than the fields below. Clear those fields or this one."
)
