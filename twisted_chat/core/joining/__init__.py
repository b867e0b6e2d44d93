"""How clients join and resume, and what they are shown first."""
